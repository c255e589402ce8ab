using System.Reflection;

using Microsoft.Extensions.Configuration;
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
        AddOptions(services, Options.Options.DefaultName, configure);
        services.TryAddSingleton(provider => Create(provider, Options.Options.DefaultName));
        services.TryAddSingleton<IRedisClient>(provider => provider.GetRequiredService<RedisClient>());
        return services;
    }

    /// <summary>Registers the client by its connection string; else as <see cref="AddRespClient(IServiceCollection, Action{RedisClientOptions})"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="connectionString">As <see cref="RedisClientOptions.ConnectionString"/> reads it.</param>
    public static IServiceCollection AddRespClient(this IServiceCollection services, string connectionString) =>
        services.AddRespClient(options => options.ConnectionString = connectionString);

    /// <summary>Registers the client by a section of the configuration; else as <see cref="AddRespClient(IServiceCollection, Action{RedisClientOptions})"/>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">
    /// Has <see cref="RedisClientOptions.ConnectionString"/> and, where they differ from it, further options by their names;
    /// or is the connection string itself, such as <c>ConnectionStrings:Redis</c>.
    /// </param>
    public static IServiceCollection AddRespClient(this IServiceCollection services, IConfigurationSection section) =>
        services.AddRespClient(Read(section));

    /// <summary>
    /// Registers a further client, for a second Redis, under a key: take it by <c>[FromKeyedServices(key)] IRedisClient</c>,
    /// or <see cref="RedisClient"/>. Its options are those of the name <paramref name="key"/>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key. A client that is registered under it already stays.</param>
    /// <param name="configure">Sets the options; they are validated when the host starts.</param>
    public static IServiceCollection AddKeyedRespClient(this IServiceCollection services, string key, Action<RedisClientOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(configure);
        AddOptions(services, key, configure);
        services.TryAddKeyedSingleton(key, (provider, _) => Create(provider, key));
        services.TryAddKeyedSingleton<IRedisClient>(key, (provider, _) => provider.GetRequiredKeyedService<RedisClient>(key));
        return services;
    }

    /// <summary>As the other overload, by a connection string.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="connectionString">As <see cref="RedisClientOptions.ConnectionString"/> reads it.</param>
    public static IServiceCollection AddKeyedRespClient(this IServiceCollection services, string key, string connectionString) =>
        services.AddKeyedRespClient(key, options => options.ConnectionString = connectionString);

    /// <summary>As the other overload, by a section of the configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="section">As <see cref="AddRespClient(IServiceCollection, IConfigurationSection)"/> reads it.</param>
    public static IServiceCollection AddKeyedRespClient(this IServiceCollection services, string key, IConfigurationSection section) =>
        services.AddKeyedRespClient(key, Read(section));

    private static void AddOptions(IServiceCollection services, string name, Action<RedisClientOptions> configure)
    {
        services.AddOptions<RedisClientOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisClientOptions>, RedisClientOptionsValidator>());
    }

    private static RedisClient Create(IServiceProvider provider, string name) => new(
        provider.GetRequiredService<IOptionsMonitor<RedisClientOptions>>().Get(name), provider.GetService<ILoggerFactory>());

    private static Action<RedisClientOptions> Read(IConfigurationSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return options =>
        {
            if (section.Value is { } connectionString)
            {
                options.ConnectionString = connectionString;
                return;
            }

            // Without it the defaults would hold: a Redis on this machine.
            if (!section.Exists())
            {
                throw Fault(section, " is not in the configuration; it is a connection string, or has the key ConnectionString.");
            }

            try
            {
                section.Bind(options);
            }
            catch (TargetInvocationException e) when (e.InnerException is ArgumentException fault)
            {
                // What the setter of the connection string says, which shows no value.
                throw Fault(section, ":" + fault.Message);
            }
        };
    }

    private static OptionsValidationException Fault(IConfigurationSection section, string what) =>
        new(section.Path, typeof(RedisClientOptions), [section.Path + what]);
}
