using System.Net;
using System.Net.Mail;
using System.Net.Mime;
using System.Text;

using Microsoft.Extensions.Options;

using VerificationCodes.Addresses;

namespace VerificationCodes.Delivery.Mail;

/// <summary>
/// Hands mails to a submission server with the framework's SMTP client: STARTTLS before AUTH, one mailbox per message,
/// a connection per message.
/// </summary>
/// <remarks>
/// That client knows STARTTLS only, not TLS from the first byte (port 465), and its time-out covers only its blocking
/// calls: here the token is the time-out. Nothing that could hold a line break reaches a header: addresses are
/// parsed, subjects are our own, names are checked at start.
/// </remarks>
internal sealed class SmtpMailTransport(IOptions<SmtpOptions> smtp, IOptions<VerificationOptions> options) : IMailTransport
{
    public async ValueTask<DeliveryResult> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (!MailAddress.TryCreate(mail.To.Value, out var to))
            return new DeliveryResult(DeliveryStatus.Rejected, "not an address for SMTP");
        using var message = Write(mail, to);
        using var client = Connect(mail.To);
        try
        {
            await client.SendMailAsync(message, cancellationToken);
            return DeliveryResult.Delivered;
        }
        catch (SmtpException e)
        {
            return e.Message.Contains(mail.To.Value, StringComparison.Ordinal) && !Ascii.IsValid(mail.To.LocalPart)
                ? new DeliveryResult(DeliveryStatus.Rejected, "the mail server takes no letters outside ASCII before the @ (no SMTPUTF8)")
                : Judge(e);
        }
    }

    private SmtpClient Connect(EmailAddress to) => new(smtp.Value.Host, smtp.Value.Port)
    {
        EnableSsl = smtp.Value.StartTls,
        UseDefaultCredentials = false,
        Credentials = smtp.Value.User.Length == 0 ? null : new NetworkCredential(smtp.Value.User, smtp.Value.Password),
        // Letters outside ASCII in a local part need SMTPUTF8 (RFC 6531) all the way.
        DeliveryFormat = Ascii.IsValid(to.LocalPart) ? SmtpDeliveryFormat.SevenBit : SmtpDeliveryFormat.International,
    };

    private MailMessage Write(OutgoingMail mail, MailAddress to)
    {
        var name = smtp.Value.FromName.Length > 0 ? smtp.Value.FromName : options.Value.ProductName;
        var message = new MailMessage(new MailAddress(smtp.Value.From, name, Encoding.UTF8), to)
        {
            Subject = mail.Subject,
            SubjectEncoding = Encoding.UTF8,
            HeadersEncoding = Encoding.UTF8,
        };
        message.Headers.Add("Message-ID", $"<{mail.MessageId}>");
        message.Headers.Add("Content-Language", mail.Language);
        // RFC 3834: out-of-office replies stay away; the second is what Exchange understands.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        // The plainest form first, as RFC 2046, 5.1.4 has it.
        message.AlternateViews.Add(View(mail.Text, MediaTypeNames.Text.Plain));
        message.AlternateViews.Add(View(mail.Html, MediaTypeNames.Text.Html));
        return message;
    }

    private static AlternateView View(string content, string type)
    {
        var view = AlternateView.CreateAlternateViewFromString(content, Encoding.UTF8, type);
        view.TransferEncoding = TransferEncoding.Base64;
        return view;
    }

    /// <summary>
    /// Only what the server says of this mailbox or this message is final. A refused sign-in or missing TLS is the
    /// operator's to mend, and the message waits for it as long as it makes sense.
    /// </summary>
    private static DeliveryResult Judge(SmtpException e) => e.StatusCode switch
    {
        SmtpStatusCode.MailboxUnavailable // 550
            or SmtpStatusCode.UserNotLocalTryAlternatePath // 551
            or SmtpStatusCode.ExceededStorageAllocation // 552
            or SmtpStatusCode.MailboxNameNotAllowed // 553
            or SmtpStatusCode.TransactionFailed // 554
            => new DeliveryResult(DeliveryStatus.Rejected, $"SMTP {(int)e.StatusCode}"),
        SmtpStatusCode.GeneralFailure => new DeliveryResult(DeliveryStatus.TryAgain, Deepest(e)),
        _ => new DeliveryResult(DeliveryStatus.TryAgain, $"SMTP {(int)e.StatusCode}"),
    };

    private static string Deepest(Exception e)
    {
        while (e.InnerException is not null)
            e = e.InnerException;
        return $"no delivery: {e.GetType().Name}";
    }
}
