using System.Net.Security;

using Microsoft.Extensions.Options;

using VerificationCodes.Delivery;
using VerificationCodes.Mail;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Mail;

/// <summary>A transport to a mail server of the test's own, on a clock that the test drives.</summary>
internal sealed class Transport : IAsyncDisposable
{
    private readonly MailConnections _connections;
    private readonly SmtpMailTransport _transport;

    public Transport(int port, Action<SmtpOptions>? configure = null)
    {
        var smtp = new SmtpOptions { Host = "localhost", Port = port, From = "site@example.com", Trust = TrustTestServers };
        configure?.Invoke(smtp);
        _connections = new MailConnections(Options.Create(smtp), Time);
        var writer = new MailWriter(Options.Create(smtp), Options.Create(new VerificationOptions()), Time);
        _transport = new SmtpMailTransport(_connections, writer, Options.Create(smtp), Time);
    }

    public HandDrivenTime Time { get; } = new();

    public static RemoteCertificateValidationCallback TrustTestServers { get; } = (_, certificate, _, _) => certificate?.Subject == "CN=localhost";

    public async Task<DeliveryResult> SendAsync(string to = "ann@example.com", string text = "Your code: 123456", CancellationToken cancellationToken = default) =>
        await _transport.SendAsync(Mail(to, text), cancellationToken);

    public static OutgoingMail Mail(string to = "ann@example.com", string text = "Your code: 123456") => new()
    {
        To = CodeBench.Email(to), Subject = "Your code, 验证码", Text = text, Html = $"<!doctype html><p>{text}</p>", Language = "en",
        MessageId = Guid.NewGuid().ToString("N"),
    };

    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
