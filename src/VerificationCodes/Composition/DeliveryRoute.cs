using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using VerificationCodes.Contracts;
using VerificationCodes.Delivery;
using VerificationCodes.Sms;

namespace VerificationCodes.Composition;

/// <summary>
/// Whether this is Development. Without a host the environment is unknown, and the strict rules hold.
/// </summary>
internal sealed class HostEnvironmentKind(IServiceProvider services)
{
    public bool IsDevelopment { get; } = services.GetService<IHostEnvironment>()?.IsDevelopment() ?? false;
}

/// <summary>Chooses where messages go in this environment.</summary>
internal sealed class DeliveryRoute(
    IServiceProvider services,
    HostEnvironmentKind environment,
    IOptions<VerificationOptions> options,
    IOptions<SmsOptions> sms)
{
    // As often as DNS may move the provider; a connection is not kept longer.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    /// <summary>The development mailbox where asked for, or in Development where there is no mail server.</summary>
    /// <exception cref="OptionsValidationException">There is no way to send mail, and mail is to be sent.</exception>
    public IMailTransport Mail()
    {
        var server = services.GetService<IMailServer>();
        // Without an outbox here, nothing is ever handed to it.
        var isIdle = server is null && (!options.Value.RunOutbox || options.Value.Remote is not null);
        if (isIdle || (options.Value.DevelopmentMailbox ?? (environment.IsDevelopment && server is not { IsSet: true })))
        {
            return services.GetRequiredService<DevelopmentMailbox>();
        }

        return server ?? throw new OptionsValidationException(
            "Smtp", typeof(VerificationOptions),
            ["There is no way to send mail; needed: AddVerificationMail(configuration), of the package VerificationCodes.Mail, or an IMailTransport."]);
    }

    /// <summary>The provider where there is one, otherwise the development mailbox.</summary>
    public ISmsTransport Sms() => sms.Value.Endpoint is null
        ? services.GetRequiredService<DevelopmentMailbox>()
        : new HttpSmsTransport(
            new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = ConnectionLifetime, AllowAutoRedirect = false }), sms);
}
