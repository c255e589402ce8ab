using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using RedisSessions;
using RedisSessions.Caching;
using RedisSessions.Catalog;
using RedisSessions.Composition;
using RedisSessions.Diagnostics;
using RedisSessions.Request;
using RedisSessions.Stores;
using RedisSessions.Users;

using RespClient;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers sessions, and the cache they stand on.</summary>
public static class SessionServiceCollectionExtensions
{
    /// <summary>
    /// Registers sessions. They live in the Redis of the registered <c>IRedisClient</c> (<c>AddRespClient</c>). Without
    /// one, they live in the registered <c>IDistributedCache</c>, whichever it is. A cache registered under the key
    /// <see cref="RedisSessionOptions.CacheServiceKey"/> comes before both.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Changes options; may bind a section of the configuration.</param>
    public static IServiceCollection AddRedisSessions(
        this IServiceCollection services, Action<RedisSessionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<RedisSessionOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.AddMetrics();
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<RedisSessionOptions>, RedisSessionOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SessionLog>();
        services.TryAddSingleton<SessionMetrics>();
        services.TryAddSingleton(SessionRuntimeFactory.Create);
        services.TryAddSingleton<SessionOpener>();
        services.TryAddSingleton(provider => new RedisTime(provider.GetService<IRedisClient>(), provider.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton(provider => new UserSessions(provider.GetRequiredService<SessionRuntime>()));
        services.TryAddSingleton(provider => new SessionCatalog(provider.GetRequiredService<SessionRuntime>()));
        return services;
    }

    /// <summary>
    /// Registers <see cref="RedisSessionCache"/> as the application's <c>IDistributedCache</c>, in place of another that
    /// may be registered (<c>AddRazorPages</c> brings one in memory). The framework's own <c>AddSession()</c> runs on it.
    /// </summary>
    /// <param name="services">The application's services; <c>AddRespClient</c> must be among them.</param>
    /// <param name="configure">Changes options.</param>
    public static IServiceCollection AddRedisSessionCache(
        this IServiceCollection services, Action<RedisSessionCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<RedisSessionCacheOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<RedisSessionCacheOptions>, RedisSessionCacheOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RedisSessionCache>();
        services.Replace(ServiceDescriptor.Singleton<IDistributedCache>(
            provider => provider.GetRequiredService<RedisSessionCache>()));
        return services;
    }
}
