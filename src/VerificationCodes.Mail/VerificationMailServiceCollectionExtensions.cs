using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using VerificationCodes.Contracts;
using VerificationCodes.Mail;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the mail server that verification codes are sent over.</summary>
public static class VerificationMailServiceCollectionExtensions
{
    /// <summary>
    /// Sends the mails of <c>AddVerificationCodes</c> to the server that the section <c>Smtp</c> names, over MailKit. Comes
    /// before it or after it; an <c>IMailTransport</c> of the application's own is used in its place.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The root of the application's configuration.</param>
    public static IServiceCollection AddVerificationMail(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddVerificationMail(options => configuration.GetSection("Smtp").Bind(options));
    }

    /// <summary>As the other overload, with the settings given in code.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddVerificationMail(this IServiceCollection services, Action<SmtpOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<SmtpOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SmtpOptions>, SmtpOptionsValidator>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<MailConnections>();
        services.TryAddSingleton<MailWriter>();
        services.TryAddSingleton<IMailServer, SmtpMailTransport>();
        return services;
    }
}
