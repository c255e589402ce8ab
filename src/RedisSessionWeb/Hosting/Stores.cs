using Microsoft.AspNetCore.Identity;

using RedisSessionWeb.KeyRing;
using RedisSessionWeb.Visitors;

namespace RedisSessionWeb.Hosting;

/// <summary>Everything that lives in Redis, each with its own section of the configuration.</summary>
internal static class Stores
{
    public static IServiceCollection AddRedis(this IServiceCollection services, IConfiguration configuration) =>
        services.AddRespClient(options => options.ConnectionString = configuration["Redis:ConnectionString"] ?? "");

    public static IServiceCollection AddStores(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddRedis(configuration);
        services.AddRedisSessions(configuration.GetSection("Sessions").Bind);
        services.AddAuthentication().AddSession(options =>
        {
            options.LoginPath = "/signin";
            options.OnValidate = StampCheck.ValidateAsync;
            options.ValidateEvery = configuration.GetValue("Sessions:ValidateEvery", StampCheck.DefaultInterval);
        });
        services.AddVerificationCodes(configuration);
        services.AddRedisAccounts(configuration.GetSection("Accounts").Bind).AddDefaultTokenProviders();
        services.AddKeyRing();
        return services;
    }
}
