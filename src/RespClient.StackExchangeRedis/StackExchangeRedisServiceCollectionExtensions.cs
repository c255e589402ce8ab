using Microsoft.Extensions.DependencyInjection.Extensions;

using RespClient;
using RespClient.StackExchangeRedis;

using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets StackExchange.Redis carry the commands of sessions, codes and accounts.</summary>
public static class StackExchangeRedisServiceCollectionExtensions
{
    /// <summary>
    /// Adds an <see cref="IRedisClient"/> over the <see cref="IConnectionMultiplexer"/> that is registered, instead of
    /// <c>AddRespClient</c>. The multiplexer stays the application's: nothing here closes it.
    /// </summary>
    /// <param name="services">Where to add it. A client that is there already stays.</param>
    /// <param name="database">The number of the database. Default -1: the one in the multiplexer's configuration.</param>
    /// <returns>The same services.</returns>
    /// <remarks>
    /// The near cache of sessions needs a connection of its own kind and stays off; sessions say so once in the log.
    /// The inspector does not see sessions expire.
    /// </remarks>
    public static IServiceCollection AddStackExchangeRedisClient(this IServiceCollection services, int database = -1)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<IRedisClient>(provider => new MultiplexerRedisClient(
            provider.GetRequiredService<IConnectionMultiplexer>(), database, provider.GetService<TimeProvider>()));
        return services;
    }
}
