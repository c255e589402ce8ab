using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;

using VerificationCodes;
using VerificationCodes.Delivery;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers verification codes.</summary>
public static class VerificationServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IVerificationService"/>, <see cref="VerificationCodes.Captcha.ICaptchaService"/>,
    /// <see cref="INoticeService"/> and, in Development, <see cref="VerificationCodes.Delivery.Development.IDevelopmentMailbox"/>,
    /// with the settings of the sections <c>Verification</c>, <c>Smtp</c> and <c>Sms</c>. Needs an <c>IRedisClient</c>
    /// (<c>AddRespClient</c>) unless <c>Verification:Remote</c> is set.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The root of the application's configuration.</param>
    public static IServiceCollection AddVerificationCodes(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.Configure<SmtpOptions>(configuration.GetSection("Smtp"));
        services.Configure<SmsOptions>(configuration.GetSection("Sms"));
        return services.AddVerificationCodes(configuration.GetSection("Verification").Bind);
    }

    /// <summary>As the other overload, with the settings given in code; those of mail and SMS by <c>Configure</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddVerificationCodes(this IServiceCollection services, Action<VerificationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptions<VerificationOptions>().Configure(configure).ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        return services;
    }
}
