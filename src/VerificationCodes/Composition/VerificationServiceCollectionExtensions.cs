using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using VerificationCodes;
using VerificationCodes.Captcha;
using VerificationCodes.Codes;
using VerificationCodes.Composition;
using VerificationCodes.Contracts;
using VerificationCodes.Delivery;
using VerificationCodes.Delivery.Development;
using VerificationCodes.Diagnostics;
using VerificationCodes.Outbox;
using VerificationCodes.Service;
using VerificationCodes.Sms;
using VerificationCodes.Templates;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers verification codes.</summary>
public static class VerificationServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="IVerificationService"/>, <see cref="ICaptchaService"/>, <see cref="INoticeService"/>,
    /// <see cref="IOutboxMonitor"/> and, in Development, <see cref="IDevelopmentMailbox"/>, with the settings of the sections <c>Verification</c>
    /// and <c>Sms</c>. Mail needs <c>AddVerificationMail</c> (the package VerificationCodes.Mail) or an <see cref="IMailTransport"/> of
    /// the application's own, outside Development. Needs an <c>IRedisClient</c> (<c>AddRespClient</c>) unless
    /// <c>Verification:Remote</c> is set, which needs the package VerificationCodes.Grpc and its <c>AddVerificationGrpc</c>.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The root of the application's configuration.</param>
    public static IServiceCollection AddVerificationCodes(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.Configure<SmsOptions>(configuration.GetSection("Sms"));
        return services.AddVerificationCodes(options => configuration.GetSection("Verification").Bind(options));
    }

    /// <summary>As the other overload, with the settings given in code; those of SMS by <c>Configure</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets the options.</param>
    public static IServiceCollection AddVerificationCodes(this IServiceCollection services, Action<VerificationOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddLogging();
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        AddOptions(services, configure);
        AddCodes(services);
        AddDelivery(services);
        return services;
    }

    private static void AddOptions(IServiceCollection services, Action<VerificationOptions> configure)
    {
        services.AddOptions<VerificationOptions>().Configure(configure).ValidateOnStart();
        services.AddOptions<SmsOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<VerificationOptions>, VerificationOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SmsOptions>, SmsOptionsValidator>());
        services.TryAddSingleton<HostEnvironmentKind>();
    }

    private static void AddCodes(IServiceCollection services)
    {
        services.TryAddSingleton(sp => new RedisKeys(sp.GetRequiredService<IOptions<VerificationOptions>>().Value.KeyPrefix));
        services.TryAddSingleton<ServerKeys>();
        services.TryAddSingleton<CodeCheck>();
        services.TryAddSingleton<SendDecision>();
        services.TryAddSingleton<CaptchaAnswers>();
        services.TryAddSingleton<VerificationMetrics>();
        services.TryAddSingleton<VerificationRecord>();
        services.TryAddSingleton<CaptchaService>();
        services.TryAddSingleton<VerificationService>();
        services.TryAddSingleton<NoticeQueue>();
        services.TryAddSingleton(sp => HereOrRemote<IVerificationService, VerificationService>(sp));
        services.TryAddSingleton(sp => HereOrRemote<ICaptchaService, CaptchaService>(sp));
        services.TryAddSingleton(sp => HereOrRemote<INoticeService, NoticeQueue>(sp));
    }

    private static TService HereOrRemote<TService, THere>(IServiceProvider services)
        where TService : class
        where THere : class, TService =>
        services.GetRequiredService<IOptions<VerificationOptions>>().Value.Remote is null
            ? services.GetRequiredService<THere>()
            : (TService)services.GetRequiredService<IRemoteVerification>();

    private static void AddDelivery(IServiceCollection services)
    {
        services.TryAddSingleton<OutboxSignal>();
        services.TryAddSingleton<SmsRoute>();
        services.TryAddSingleton<MessageQueue>();
        services.TryAddSingleton<MessageComposer>();
        services.TryAddSingleton<MessageDelivery>();
        services.TryAddSingleton<DeliveryRecord>();
        services.TryAddSingleton<IOutboxMonitor, OutboxMonitor>();
        services.TryAddSingleton<DeliveryRoute>();
        services.TryAddSingleton<DevelopmentMailbox>();
        services.TryAddSingleton(sp => sp.GetRequiredService<DeliveryRoute>().Mail());
        services.TryAddSingleton(sp => sp.GetRequiredService<DeliveryRoute>().Sms());
        // Null outside Development: the page that shows it is then not mapped.
        services.TryAddSingleton<IDevelopmentMailbox>(sp =>
            sp.GetRequiredService<HostEnvironmentKind>().IsDevelopment ? sp.GetRequiredService<DevelopmentMailbox>() : null!);
        services.AddHostedService<NumberingPlansLoader>();
        services.AddHostedService<StartupWarnings>();
        services.AddHostedService<OutboxWorker>();
    }
}
