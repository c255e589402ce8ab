using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using RedisSessions.Inspector;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the inspector of sessions.</summary>
public static class SessionInspectorServiceCollectionExtensions
{
    /// <summary>
    /// Registers what <c>MapSessionInspector</c> needs, and has every instance tell what becomes of its sessions: in the
    /// background, in the Redis stream <c>SESSION-EVENTS</c>. Register it on instances without an inspector as well, or
    /// their events are missing.
    /// </summary>
    /// <param name="services">The application's services; <c>AddRedisSessions</c> and <c>AddRespClient</c> must be among them.</param>
    /// <param name="configure">Changes options; checked at start.</param>
    public static IServiceCollection AddSessionInspector(
        this IServiceCollection services, Action<SessionInspectorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = services.AddOptions<SessionInspectorOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<SessionInspectorOptions>, SessionInspectorOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<SessionEventStream>();
        services.TryAddSingleton<SessionEventPublisher>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SessionEventPublisher>(
            provider => provider.GetRequiredService<SessionEventPublisher>()));
        services.TryAddSingleton<SessionExpirations>();
        services.TryAddSingleton<SessionEventFeed>();
        services.TryAddSingleton<SessionEventResponses>();
        services.TryAddSingleton<SessionInspectorEndpoints>();
        return services;
    }
}
