using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using RedisSessionWeb.MailKit;

using VerificationCodes;
using VerificationCodes.Delivery;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sends the mail of verification codes over MailKit.</summary>
public static class MailKitServiceCollectionExtensions
{
    /// <summary>
    /// Adds the transport, with the settings of the sections <c>Smtp</c> and <c>Smtp:MailKit</c>. Call it before
    /// <c>AddVerificationCodes</c>, which keeps the transport that is there. Nothing is added while <c>Smtp:Host</c> is
    /// empty: mail then goes where it would go without this.
    /// </summary>
    /// <param name="services">Where to add it.</param>
    /// <param name="configuration">The root of the application's configuration.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddMailKitTransport(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        if (string.IsNullOrEmpty(configuration["Smtp:Host"]))
        {
            return services;
        }

        services.AddOptions<MailKitOptions>().Bind(configuration.GetSection("Smtp:MailKit")).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MailKitOptions>, MailKitOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<MailConnections>();
        services.TryAddSingleton<MailWriter>();
        services.TryAddSingleton<IMailTransport, MailKitTransport>();
        return services;
    }
}
