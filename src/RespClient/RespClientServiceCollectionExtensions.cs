using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RespClient;
using RespClient.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the Redis client.</summary>
public static class RespClientServiceCollectionExtensions
{
    /// <summary>
    /// Registers one <see cref="RedisClient"/>, also as <see cref="IRedisClient"/>, for the life of the application. It
    /// connects in the background when it is first resolved; commands wait for the connection within their time-outs.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options; they are validated when the host starts.</param>
    public static IServiceCollection AddRespClient(this IServiceCollection services, Action<RedisClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<RedisClientOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisClientOptions>, RedisClientOptionsValidator>());
        services.TryAddSingleton(provider => new RedisClient(
            provider.GetRequiredService<IOptions<RedisClientOptions>>().Value, provider.GetService<ILoggerFactory>()));
        services.TryAddSingleton<IRedisClient>(provider => provider.GetRequiredService<RedisClient>());
        return services;
    }
}
