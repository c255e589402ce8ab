using System.Text;

using Microsoft.Extensions.Options;

using MimeKit;
using MimeKit.Cryptography;

using VerificationCodes.Addresses;
using VerificationCodes.Delivery;

namespace VerificationCodes.Mail;

/// <summary>Writes mails as MIME, and signs them where a key is configured.</summary>
internal sealed class MailWriter(IOptions<SmtpOptions> options, IOptions<VerificationOptions> verification, TimeProvider time)
{
    private static readonly HeaderId[] Signed =
    [
        HeaderId.From, HeaderId.To, HeaderId.Subject, HeaderId.Date, HeaderId.MessageId, HeaderId.MimeVersion, HeaderId.ContentType,
    ];

    private readonly DkimSigner? _signer = SignerOf(options.Value);
    private readonly Lock _signing = new();

    public MimeMessage Write(OutgoingMail mail, MailboxAddress to)
    {
        var name = options.Value.FromName.Length > 0 ? options.Value.FromName : verification.Value.ProductName;
        var message = new MimeMessage
        {
            Subject = mail.Subject,
            MessageId = $"{mail.MessageId}@{DomainOf(options.Value.From)}",
            Date = time.GetUtcNow(),
        };
        message.From.Add(new MailboxAddress(Encoding.UTF8, name, options.Value.From));
        message.To.Add(to);
        // RFC 3834: out-of-office replies stay away; the second is what Exchange understands.
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        // The plainest form first, as RFC 2046, 5.1.4 has it.
        message.Body = new MultipartAlternative { Part("plain", mail.Text), Part("html", mail.Html) };
        message.Body.Headers.Add(HeaderId.ContentLanguage, mail.Language);
        if (_signer is not null)
        {
            // What is signed must be what is sent: no hop may need to encode it anew.
            message.Prepare(EncodingConstraint.SevenBit);
            lock (_signing)
            {
                _signer.Sign(message, Signed);
            }
        }

        return message;
    }

    private static TextPart Part(string form, string text) => new(form) { Text = text, ContentTransferEncoding = ContentEncoding.Base64 };

    private static string DomainOf(string from) => EmailAddress.TryParse(from, out var address) ? address.Domain : "localhost.invalid";

    private static DkimSigner? SignerOf(SmtpOptions smtp)
    {
        if (smtp.Dkim.KeyFile.Length == 0)
        {
            return null;
        }

        var domain = smtp.Dkim.Domain.Length > 0 ? smtp.Dkim.Domain : DomainOf(smtp.From);
        return new DkimSigner(smtp.Dkim.KeyFile, domain, smtp.Dkim.Selector, DkimSignatureAlgorithm.RsaSha256)
        {
            HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
            BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
        };
    }
}
