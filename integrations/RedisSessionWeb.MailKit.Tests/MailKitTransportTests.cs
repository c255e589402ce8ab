using System.Security.Cryptography;
using System.Text;

using MimeKit;
using MimeKit.Cryptography;

using TestServers;
using TestServers.Smtp;

using VerificationCodes.Delivery;

namespace RedisSessionWeb.MailKit.Tests;

/// <summary>Mails over MailKit to a real mail server.</summary>
public sealed class MailKitTransportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mailkit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_mail_goes_over_starttls_with_auth_and_arrives_as_it_was_written()
    {
        await using var server = await SmtpServer.StartAsync("site", "secret");
        await using var transport = new Transport(server.Port, (smtp, _) => (smtp.User, smtp.Password) = ("site", "secret"));

        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());

        var mail = await OneMailAsync(server);
        Assert.True(mail.Secure);
        Assert.Equal(("site", "site@example.com", "ann@example.com"), (mail.User, mail.From, Assert.Single(mail.To)));
        Assert.Equal(("Your code, 验证码", "Your code: 123456"), (mail.Subject, mail.Text));
        Assert.Equal(["text/plain", "text/html"], mail.PartTypes);
        Assert.Equal("auto-generated", mail.Header("Auto-Submitted"));
        Assert.EndsWith("@example.com>", mail.Header("Message-ID"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_speaks_tls_from_the_first_byte_gets_the_mail()
    {
        await using var server = await SmtpServer.StartAsync("site", "secret", implicitTls: true);
        await using var transport = new Transport(
            server.Port, (smtp, mailKit) => (smtp.User, smtp.Password, mailKit.ImplicitTls) = ("site", "secret", true));

        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());

        Assert.True((await OneMailAsync(server)).Secure);
    }

    [Fact]
    public async Task An_access_token_from_a_file_signs_in_by_xoauth2_and_is_read_anew()
    {
        var file = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(file, "old-token\n");
        await using var server = await SmtpServer.StartAsync("site", accessToken: "new-token");
        await using var transport = new Transport(server.Port, (smtp, mailKit) => (smtp.User, mailKit.AccessTokenFile) = ("site", file));
        Assert.Equal(DeliveryStatus.TryAgain, (await transport.SendAsync()).Status);

        await File.WriteAllTextAsync(file, "new-token\n");

        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
        Assert.Equal("site", (await OneMailAsync(server)).User);
    }

    [Fact]
    public async Task A_batch_goes_over_one_connection_which_is_closed_when_nothing_comes_any_more()
    {
        await using var server = await SmtpServer.StartAsync();
        await using var transport = new Transport(server.Port, (_, mailKit) => mailKit.IdleTimeout = TimeSpan.FromMilliseconds(700));

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => transport.SendAsync($"user{i}@example.com")));

        Assert.All(results, result => Assert.Equal(DeliveryResult.Delivered, result));
        await Eventually.TrueAsync(() => server.Mails.Count == 20);
        Assert.Equal(1, server.Connections);
        Assert.Equal(20, server.Mails.Select(mail => mail.To[0]).Distinct().Count());
        // The pause is what is tested: longer than a connection is kept.
        await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
        await Eventually.TrueAsync(() => server.Connections == 2);
    }

    [Fact]
    public async Task A_connection_that_the_server_has_closed_meanwhile_costs_no_mail()
    {
        var certificate = SmtpServer.NewCertificate();
        var server = await SmtpServer.StartAsync(certificate: certificate);
        await using var transport = new Transport(server.Port);
        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
        await server.DisposeAsync();

        await using var next = await SmtpServer.StartAsync(certificate: certificate, port: server.Port);

        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
        await OneMailAsync(next);
    }

    [Theory]
    [InlineData(SmtpMode.Later, DeliveryStatus.TryAgain, "SMTP 451")]
    [InlineData(SmtpMode.Never, DeliveryStatus.Rejected, "SMTP 550")]
    public async Task What_the_server_says_of_a_mailbox_decides_and_the_connection_goes_on(SmtpMode mode, DeliveryStatus status, string reason)
    {
        await using var server = await SmtpServer.StartAsync();
        await using var transport = new Transport(server.Port);
        await server.BehaveAsync(mode);
        Assert.Equal(new DeliveryResult(status, reason), await transport.SendAsync());

        await server.BehaveAsync(SmtpMode.Take);

        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(SmtpMode.HangAtBanner)]
    [InlineData(SmtpMode.HangAtData)]
    public async Task A_server_that_hangs_is_given_up_within_the_timeout_and_the_next_mail_goes_on(SmtpMode mode)
    {
        await using var server = await SmtpServer.StartAsync();
        await using var transport = new Transport(server.Port, (_, mailKit) => mailKit.Timeout = TimeSpan.FromSeconds(1));
        await server.BehaveAsync(mode);

        var started = TimeProvider.System.GetTimestamp();
        await Record.ExceptionAsync(async () =>
            Assert.Equal(DeliveryStatus.TryAgain, (await transport.SendAsync(within: TimeSpan.FromSeconds(4))).Status));
        Assert.InRange(TimeProvider.System.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));

        await server.BehaveAsync(SmtpMode.Take);
        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
    }

    [Fact]
    public async Task A_server_without_starttls_or_with_a_certificate_nobody_knows_gets_no_mail()
    {
        await using var plain = await SmtpServer.StartAsync(startTls: false);
        await using var toPlain = new Transport(plain.Port);
        Assert.Equal(DeliveryStatus.TryAgain, (await toPlain.SendAsync()).Status);
        await using var unknown = await SmtpServer.StartAsync();
        await using var toUnknown = new Transport(unknown.Port, trust: false);

        var result = await toUnknown.SendAsync();

        Assert.Equal((DeliveryStatus.TryAgain, "no delivery: SslHandshakeException"), (result.Status, result.Reason));
        Assert.Empty(plain.Mails.Concat(unknown.Mails));
    }

    [Fact]
    public async Task A_wrong_password_is_tried_again_later_and_its_text_holds_no_secret()
    {
        await using var server = await SmtpServer.StartAsync("site", "secret");
        await using var transport = new Transport(server.Port, (smtp, _) => (smtp.User, smtp.Password) = ("site", "wrong-secret"));

        var result = await transport.SendAsync();

        Assert.Equal((DeliveryStatus.TryAgain, "no delivery: AuthenticationException"), (result.Status, result.Reason));
    }

    [Fact]
    public async Task A_mail_is_signed_with_the_configured_key_and_a_changed_one_does_not_verify()
    {
        using var key = RSA.Create(2048);
        var file = Path.Combine(_folder, "dkim.pem");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem());
        await using var server = await SmtpServer.StartAsync();
        await using var transport = new Transport(server.Port, (_, mailKit) => (mailKit.Dkim.KeyFile, mailKit.Dkim.Selector) = (file, "s1"));

        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync(text: "Ihr Code für heute: 123456"));

        var raw = (await OneMailAsync(server)).Raw;
        var verifier = new DkimVerifier(new OneKey(key));
        Assert.True(await VerifyAsync(verifier, raw));
        Assert.False(await VerifyAsync(verifier, raw.Replace("To: ann@example.com", "To: bob@example.com", StringComparison.Ordinal)));
        Assert.Contains("d=example.com; s=s1", (await LoadAsync(raw)).Headers[HeaderId.DkimSignature], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(465, null, true, "SslOnConnect")]
    [InlineData(587, null, true, "StartTls")]
    [InlineData(465, false, true, "StartTls")]
    [InlineData(2525, true, false, "SslOnConnect")]
    [InlineData(25, null, false, "None")]
    public void The_port_and_the_settings_say_how_the_connection_is_secured(int port, bool? implicitTls, bool startTls, string expected) =>
        Assert.Equal(expected, MailConnections.Security(
            new SmtpOptions { Port = port, StartTls = startTls }, new MailKitOptions { ImplicitTls = implicitTls }).ToString());

    [Theory]
    [InlineData("Smtp:MailKit:Connections is 0; it must be from 1 to 8.")]
    [InlineData("Smtp:MailKit:AccessTokenFile is '/nowhere/token'; there is no such file.")]
    [InlineData("Smtp:MailKit:Dkim:KeyFile is '/nowhere/key.pem'; it must be a readable RSA private key in PEM")]
    [InlineData("Smtp:MailKit:Timeout is 00:00:00; it must be from 00:00:01 to 00:05:00.")]
    public void A_setting_out_of_range_is_refused_with_its_key(string expected)
    {
        var options = new MailKitOptions { Connections = 0, AccessTokenFile = "/nowhere/token", Timeout = TimeSpan.Zero };
        options.Dkim.KeyFile = "/nowhere/key.pem";

        var failures = new MailKitOptionsValidator().Validate(null, options).Failures!;

        Assert.Single(failures, failure => failure.StartsWith(expected, StringComparison.Ordinal));
    }

    // The server tells of a mail beside its answer to the client, which may be the first to arrive.
    private static async Task<ReceivedMail> OneMailAsync(SmtpServer server)
    {
        await Eventually.TrueAsync(() => server.Mails.Count > 0);
        return Assert.Single(server.Mails);
    }

    private static async Task<MimeMessage> LoadAsync(string raw) =>
        await MimeMessage.LoadAsync(new MemoryStream(Encoding.Latin1.GetBytes(raw)));

    private static async Task<bool> VerifyAsync(DkimVerifier verifier, string raw)
    {
        var message = await LoadAsync(raw);
        return verifier.Verify(message, message.Headers.First(header => header.Id == HeaderId.DkimSignature));
    }

    // What DNS would answer.
    private sealed class OneKey(RSA key) : DkimPublicKeyLocatorBase
    {
        public override Org.BouncyCastle.Crypto.AsymmetricKeyParameter LocatePublicKey(
            string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            GetPublicKey($"v=DKIM1; k=rsa; p={Convert.ToBase64String(key.ExportSubjectPublicKeyInfo())}");

        public override Task<Org.BouncyCastle.Crypto.AsymmetricKeyParameter> LocatePublicKeyAsync(
            string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }
}
