using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

using Microsoft.Extensions.Options;

using MimeKit;
using MimeKit.Cryptography;

using TestServers;
using TestServers.Smtp;

using VerificationCodes.Delivery;
using VerificationCodes.Mail;

namespace VerificationCodes.Tests.Mail;

/// <summary>What a real mail server gets: over TLS, after signing in, signed.</summary>
public sealed class SmtpMailTransportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mail-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_server_that_speaks_tls_from_the_first_byte_gets_the_mail()
    {
        await using var server = await SmtpServer.StartAsync("site", "secret", implicitTls: true);
        await using var transport = new Transport(server.Port, smtp => (smtp.User, smtp.Password, smtp.ImplicitTls) = ("site", "secret", true));

        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());

        var mail = await OneMailAsync(server);
        Assert.True(mail.Secure);
        Assert.Equal(("site", "site@example.com", "ann@example.com"), (mail.User, mail.From, Assert.Single(mail.To)));
        Assert.Equal(("Your code, 验证码", "Your code: 123456"), (mail.Subject, mail.Text));
        Assert.Equal("Thu, 01 Jan 2026 00:00:00 +0000", mail.Header("Date"));
    }

    [Fact]
    public async Task An_access_token_from_a_file_signs_in_by_xoauth2_and_is_read_anew()
    {
        var file = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(file, "old-token\n");
        await using var server = await SmtpServer.StartAsync("site", accessToken: "new-token");
        await using var transport = new Transport(server.Port, smtp => (smtp.User, smtp.AccessTokenFile) = ("site", file));

        // The reason holds no part of it.
        Assert.Equal(new DeliveryResult(DeliveryStatus.TryAgain, "no delivery: AuthenticationException while signing in"), await transport.SendAsync());
        await File.WriteAllTextAsync(file, "new-token\n");

        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
        Assert.Equal("site", (await OneMailAsync(server)).User);
    }

    [Fact]
    public async Task Whether_a_certificate_was_revoked_is_asked_only_where_an_option_says_so()
    {
        var asked = new List<X509RevocationMode>();
        await using var server = await SmtpServer.StartAsync();
        foreach (var isAsked in (bool[])[false, true])
        {
            await using var transport = new Transport(server.Port, smtp =>
            {
                Assert.False(smtp.CheckRevocation);
                smtp.CheckRevocation = isAsked;
                smtp.Trust = (_, certificate, chain, _) =>
                {
                    asked.Add(chain!.ChainPolicy.RevocationMode);
                    return certificate?.Subject == "CN=localhost";
                };
            });
            Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync());
        }

        Assert.Equal([X509RevocationMode.NoCheck, X509RevocationMode.Online], asked);
    }

    [Theory]
    [InlineData("ann@example.com")]
    [InlineData("νίκος@example.com")]
    public async Task A_mail_is_signed_with_the_configured_key_and_a_changed_one_does_not_verify(string to)
    {
        using var key = RSA.Create(2048);
        var file = Path.Combine(_folder, "dkim.pem");
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem());
        await using var server = await SmtpServer.StartAsync();
        await using var transport = new Transport(server.Port, smtp => (smtp.Dkim.KeyFile, smtp.Dkim.Selector) = (file, "s1"));

        Assert.Equal(DeliveryResult.Delivered, await transport.SendAsync(to, "Ihr Code für heute: 123456"));

        var raw = (await OneMailAsync(server)).Raw;
        Assert.True(await VerifiesAsync(raw, key), raw);
        Assert.False(await VerifiesAsync(raw.Replace("\r\nTo: ", "\r\nTo: a", StringComparison.Ordinal), key), raw);
        Assert.Contains("d=example.com; s=s1", (await LoadAsync(raw)).Headers[HeaderId.DkimSignature], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""Ann "The \ Mailer" Smith""", """
        "Ann \"The \\ Mailer\" Smith"
        """)]
    [InlineData("Smith, Ann (Sales) <ann@example.net>", "\"Smith, Ann (Sales) <ann@example.net>\"")]
    [InlineData("Plain Name", "Plain Name")]
    [InlineData("验证码", "=?utf-8?b?6aqM6K+B56CB?=")]
    public async Task A_senders_name_with_quotes_and_backslashes_is_one_name_before_one_address(string name, string written)
    {
        var smtp = Options.Create(new SmtpOptions { From = "site@example.com", FromName = name });
        var writer = new MailWriter(smtp, Options.Create(new VerificationOptions()), TimeProvider.System);
        using var message = writer.Write(Transport.Mail(), new MailboxAddress(null, "ann@example.com"));
        var text = new MemoryStream();

        await message.WriteToAsync(text);

        // RFC 5322, 3.2.4.
        Assert.Contains($"From: {written.Trim()} <site@example.com>\r\n", Encoding.UTF8.GetString(text.ToArray()).ReplaceLineEndings("\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(465, null, true, "SslOnConnect")]
    [InlineData(587, null, true, "StartTls")]
    [InlineData(465, false, true, "StartTls")]
    [InlineData(2525, true, false, "SslOnConnect")]
    [InlineData(25, null, false, "None")]
    public void The_port_and_the_settings_say_how_the_connection_is_secured(int port, bool? implicitTls, bool startTls, string expected) =>
        Assert.Equal(expected, MailConnections.SecurityOf(new SmtpOptions { Port = port, StartTls = startTls, ImplicitTls = implicitTls }).ToString());

    // The server tells of a mail beside its answer to the client, which may be the first to arrive.
    private static async Task<ReceivedMail> OneMailAsync(SmtpServer server)
    {
        await Eventually.TrueAsync(() => server.Mails.Count > 0);
        return Assert.Single(server.Mails);
    }

    private static async Task<MimeMessage> LoadAsync(string raw) =>
        await MimeMessage.LoadAsync(new MemoryStream(Encoding.Latin1.GetBytes(raw)));

    private static async Task<bool> VerifiesAsync(string raw, RSA key)
    {
        using var message = await LoadAsync(raw);
        return await new DkimVerifier(new OneKey(key)).VerifyAsync(message, message.Headers.First(header => header.Id == HeaderId.DkimSignature));
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
