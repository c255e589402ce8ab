using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

using RedisSessionWeb.Hosting.Clients;
using RedisSessionWeb.Hosting.Requests;
using RedisSessionWeb.KeyRing;
using RedisSessionWeb.Visitors;

namespace RedisSessionWeb.Hosting;

/// <summary>Everything that is kept, each with its own section of the configuration: in Redis, or accounts in PostgreSQL.</summary>
internal static class Stores
{
    public static IServiceCollection AddStores(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRedis(configuration);
        services.AddRequestBudget();
        services.AddRedisSessions(configuration.GetSection("Sessions").Bind);
        services.AddAuthentication().AddSession(options =>
        {
            options.LoginPath = "/signin";
            options.OnValidate = StampCheck.ValidateAsync;
            options.ValidateEvery = configuration.GetValue("Sessions:ValidateEvery", StampCheck.DefaultInterval);
        });
        services.AddVerificationCodes(configuration).AddVerificationMail(configuration).AddVerificationGrpc(configuration);
        services.AddAccounts(configuration);
        services.AddKeyRing();
        return services;
    }

    /// <exception cref="OptionsValidationException"><c>Accounts:Store</c> is not a known name.</exception>
    private static void AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        var accounts = services.AddRedisAccounts(configuration.GetSection("Accounts").Bind).AddDefaultTokenProviders();
        switch (configuration["Accounts:Store"]?.ToUpperInvariant())
        {
            case null or "" or "REDIS":
                return;
            case "POSTGRESQL":
                accounts.AddPostgreSqlStore(configuration.GetSection("Accounts:PostgreSql").Bind);
                services.AddHealthChecks().AddPostgreSqlAccounts();
                return;
            default:
                throw new OptionsValidationException(
                    "Accounts:Store", typeof(Stores), [$"Accounts:Store is '{configuration["Accounts:Store"]}'; allowed: Redis, PostgreSql."]);
        }
    }
}
