using RedisSessionWeb.Hosting.Clients;

namespace RedisSessionWeb.Roles;

/// <summary>What the roles without pages start from: the settings of the web application, read from the same places.</summary>
internal static class RoleHost
{
    public static HostApplicationBuilder CreateBuilder(string[] args) => Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
    {
        Args = args,
        ApplicationName = typeof(RoleHost).Assembly.GetName().Name,
        ContentRootPath = ContentRoot.Find(args),
        // The generic host reads DOTNET_ENVIRONMENT only; the setting must mean the same to all roles.
        EnvironmentName = new ConfigurationBuilder().AddEnvironmentVariables("ASPNETCORE_").AddCommandLine(args).Build()["environment"],
    });

    /// <summary>A program that does one thing with the accounts and ends. What it says is its output; nothing is logged.</summary>
    public static IHost BuildCommand<T>(string[] args)
        where T : class, ICommand
    {
        var builder = CreateBuilder(args);
        builder.Logging.ClearProviders();
        builder.Services.AddRedis(builder.Configuration);
        builder.Services.AddRedisAccounts(builder.Configuration.GetSection("Accounts").Bind)
            .AddPostgreSqlStore(builder.Configuration.GetSection("Accounts:PostgreSql").Bind);
        builder.Services.AddSingleton<ICommand, T>();
        return builder.Build();
    }
}
