using Microsoft.Extensions.Options;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.MailKit.Tests;

/// <summary>A transport to a mail server of the test's own.</summary>
internal sealed class Transport : IAsyncDisposable
{
    private readonly MailConnections _connections;
    private readonly MailKitTransport _transport;

    public Transport(int port, Action<SmtpOptions, MailKitOptions>? configure = null, bool trust = true)
    {
        var smtp = new SmtpOptions { Host = "localhost", Port = port, From = "site@example.com" };
        var mailKit = new MailKitOptions { CheckRevocation = false };
        configure?.Invoke(smtp, mailKit);
        _connections = new MailConnections(Options.Create(smtp), Options.Create(mailKit), TimeProvider.System)
        {
            Trust = trust ? (_, certificate, _, _) => certificate?.Subject == "CN=localhost" : null,
        };
        var writer = new MailWriter(Options.Create(smtp), Options.Create(new VerificationOptions()), Options.Create(mailKit));
        _transport = new MailKitTransport(_connections, writer);
    }

    public async Task<DeliveryResult> SendAsync(string to = "ann@example.com", string text = "Your code: 123456", TimeSpan? within = null)
    {
        Assert.True(EmailAddress.TryParse(to, out var address));
        using var end = new CancellationTokenSource(within ?? TimeSpan.FromSeconds(30));
        return await _transport.SendAsync(
            new OutgoingMail
            {
                To = address, Subject = "Your code, 验证码", Text = text, Html = $"<!doctype html><p>{text}</p>", Language = "en",
                MessageId = Guid.NewGuid().ToString("N") + "@example.com",
            },
            end.Token);
    }

    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
