using System.Security.Cryptography;

using Microsoft.Extensions.Options;

using VerificationCodes.Addresses;
using VerificationCodes.Composition;

namespace VerificationCodes.Mail;

/// <summary>Checks the section <c>Smtp</c> at start.</summary>
internal sealed class SmtpOptionsValidator(HostEnvironmentKind environment, IOptions<VerificationOptions> verification) : IValidateOptions<SmtpOptions>
{
    private const int LeastKeyBits = 2048;

    public ValidateOptionsResult Validate(string? name, SmtpOptions options)
    {
        var findings = new Findings();
        if (verification.Value.Remote is not null)
        {
            return findings.Result;
        }

        if (options.Host.Length == 0)
        {
            findings.Require(
                environment.IsDevelopment && verification.Value.DevelopmentMailbox is not false,
                "Smtp:Host is empty; allowed without the development mailbox: the name of a mail server.");
            return findings.Result;
        }

        CheckConnection(options, findings);
        findings.Require(EmailAddress.TryParse(options.From, out _), $"Smtp:From is '{options.From}'; allowed: one e-mail address.");
        findings.Require(!options.FromName.Any(char.IsControl), "Smtp:FromName has control characters; allowed: none.");
        if (options.Dkim.KeyFile.Length > 0)
        {
            CheckDkim(options.Dkim, findings);
        }

        return findings.Result;
    }

    private void CheckConnection(SmtpOptions options, Findings findings)
    {
        var isSecure = options.StartTls || options.IsTlsImplicit;
        findings.Number("Smtp:Port", options.Port, 1, 65_535);
        findings.Require(isSecure || environment.IsDevelopment, "Smtp:StartTls is 'false'; allowed outside Development: true.");
        findings.Require(isSecure || options.User.Length == 0, "Smtp:StartTls is 'false' and Smtp:User is set; allowed: true, because a password goes over TLS only.");
        findings.Require(
            options.AccessTokenFile.Length == 0 || options.User.Length > 0, "Smtp:AccessTokenFile is set without Smtp:User; allowed: with the user whose token it is.");
        findings.Require(
            options.AccessTokenFile.Length == 0 || File.Exists(options.AccessTokenFile),
            $"Smtp:AccessTokenFile is '{options.AccessTokenFile}'; allowed: a file that exists.");
        findings.Duration("Smtp:Timeout", options.Timeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        findings.Number("Smtp:Connections", options.Connections, 1, 8);
        findings.Duration("Smtp:IdleTimeout", options.IdleTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    private static void CheckDkim(DkimOptions dkim, Findings findings)
    {
        findings.Require(
            dkim.Selector.Length > 0 && dkim.Selector.All(IsOfName),
            $"Smtp:Dkim:Selector is '{dkim.Selector}'; allowed: letters, digits, '-', '_' and '.'.");
        findings.Require(dkim.Domain.All(IsOfName), $"Smtp:Dkim:Domain is '{dkim.Domain}'; allowed: a domain in ASCII, or none for that of Smtp:From.");
        try
        {
            using var key = RSA.Create();
            key.ImportFromPem(File.ReadAllText(dkim.KeyFile));
            findings.Require(key.KeySize >= LeastKeyBits, $"Smtp:Dkim:KeyFile has a key of {key.KeySize} bits; allowed: {LeastKeyBits} or more.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            // Never the content, which may be a key after all.
            findings.Require(false, $"Smtp:Dkim:KeyFile is '{dkim.KeyFile}'; allowed: a file with an RSA private key in PEM, without a pass phrase ({e.GetType().Name}).");
        }
    }

    private static bool IsOfName(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.';
}
