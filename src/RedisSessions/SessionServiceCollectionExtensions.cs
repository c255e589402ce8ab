using RedisSessions;
using RedisSessions.Caching;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers sessions, and the cache they stand on.</summary>
public static class SessionServiceCollectionExtensions
{
    /// <summary>
    /// Registers sessions. They live in the Redis of the registered <c>IRedisClient</c> (<c>AddRespClient</c>). Without
    /// one, they live in the registered <c>IDistributedCache</c>, whichever it is.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">Changes options; may bind a section of the configuration.</param>
    public static IServiceCollection AddRedisSessions(
        this IServiceCollection services, Action<RedisSessionOptions>? configure = null) => throw new NotImplementedException();

    /// <summary>
    /// Registers <see cref="RedisSessionCache"/> as the application's <c>IDistributedCache</c>, in place of another that
    /// may be registered (<c>AddRazorPages</c> brings one in memory). The framework's own <c>AddSession()</c> runs on it.
    /// </summary>
    /// <param name="services">The application's services; <c>AddRespClient</c> must be among them.</param>
    /// <param name="configure">Changes options.</param>
    public static IServiceCollection AddRedisSessionCache(
        this IServiceCollection services, Action<RedisSessionCacheOptions>? configure = null) => throw new NotImplementedException();
}
