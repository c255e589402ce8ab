using System.Text;

using Microsoft.Extensions.Options;

using MimeKit;
using MimeKit.Cryptography;

using VerificationCodes;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.MailKit;

/// <summary>Writes a mail as MIME, in the forms the framework's transport writes, and signs it where a key is configured.</summary>
internal sealed class MailWriter(IOptions<SmtpOptions> smtp, IOptions<VerificationOptions> verification, IOptions<MailKitOptions> options)
{
    private static readonly HeaderId[] s_signed =
    [
        HeaderId.From, HeaderId.To, HeaderId.Subject, HeaderId.Date, HeaderId.MessageId, HeaderId.MimeVersion, HeaderId.ContentType,
    ];

    private readonly DkimSigner? _signer = SignerOf(options.Value.Dkim, smtp.Value);
    private readonly Lock _signing = new();

    public MimeMessage Write(OutgoingMail mail)
    {
        var name = smtp.Value.FromName.Length > 0 ? smtp.Value.FromName : verification.Value.ProductName;
        var message = new MimeMessage { Subject = mail.Subject, MessageId = mail.MessageId };
        message.From.Add(new MailboxAddress(Encoding.UTF8, name, smtp.Value.From));
        message.To.Add(new MailboxAddress(null, mail.To.Value));
        message.Headers.Add(HeaderId.ContentLanguage, mail.Language);
        // RFC 3834: out-of-office replies stay away; the second is what Exchange understands.
        message.Headers.Add(HeaderId.AutoSubmitted, "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        // The plainest form first, as RFC 2046, 5.1.4 has it.
        message.Body = new MultipartAlternative { Part("plain", mail.Text), Part("html", mail.Html) };
        if (_signer is not null)
        {
            // What is signed must be what is sent: no hop may need to encode it anew.
            message.Prepare(EncodingConstraint.SevenBit);
            lock (_signing)
            {
                _signer.Sign(message, s_signed);
            }
        }

        return message;
    }

    private static TextPart Part(string form, string text) => new(form) { Text = text, ContentTransferEncoding = ContentEncoding.Base64 };

    private static DkimSigner? SignerOf(DkimOptions dkim, SmtpOptions smtp)
    {
        if (dkim.KeyFile.Length == 0)
        {
            return null;
        }

        var domain = dkim.Domain.Length > 0 ? dkim.Domain : smtp.From[(smtp.From.LastIndexOf('@') + 1)..];
        return new DkimSigner(dkim.KeyFile, domain, dkim.Selector, DkimSignatureAlgorithm.RsaSha256)
        {
            HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
            BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed,
        };
    }
}
