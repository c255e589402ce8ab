using System.Text;

using MailKit.Net.Smtp;

using Microsoft.Extensions.Options;

using MimeKit;

using VerificationCodes.Contracts;
using VerificationCodes.Delivery;

namespace VerificationCodes.Mail;

/// <summary>Hands mails to a submission server over MailKit, one mailbox per message.</summary>
internal sealed class SmtpMailTransport(MailConnections connections, MailWriter writer, IOptions<SmtpOptions> options, TimeProvider time) : IMailServer
{
    public bool IsSet => options.Value.Host.Length > 0;

    public async ValueTask<DeliveryResult> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (!MailboxAddress.TryParse(mail.To.Value, out var to))
        {
            return new DeliveryResult(DeliveryStatus.Rejected, "not an address for SMTP");
        }

        var attempt = new MailAttempt(options.Value.Timeout, time, cancellationToken);
        var result = DeliveryResult.Delivered;
        try
        {
            await connections.UseAsync(attempt, async client => result = await HandOverAsync(client, mail, to, attempt));
            return result;
        }
        catch (SmtpCommandException e)
        {
            return Judge(e);
        }
        catch (Exception e) when (attempt.HasText)
        {
            var reason = e is OperationCanceledException ? "no answer to the text" : attempt.ReasonOf(e);
            return new DeliveryResult(DeliveryStatus.Unknown, reason + "; the mail may have been taken");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new DeliveryResult(DeliveryStatus.TryAgain, attempt.ReasonOf(e));
        }
    }

    private async Task<DeliveryResult> HandOverAsync(SmtpClient client, OutgoingMail mail, MailboxAddress to, MailAttempt attempt)
    {
        // Letters outside ASCII in a local part need SMTPUTF8 (RFC 6531) all the way; MailKit asks for it where there are any.
        if (!Ascii.IsValid(mail.To.LocalPart) && !client.Capabilities.HasFlag(SmtpCapabilities.UTF8))
        {
            return new DeliveryResult(DeliveryStatus.Rejected, "the mail server takes no letters outside ASCII before the @ (no SMTPUTF8)");
        }

        using var message = writer.Write(mail, to);
        await attempt.RunAsync("handing over", token => client.SendAsync(message, token, attempt));
        return DeliveryResult.Delivered;
    }

    /// <summary>
    /// Only a refusal of this mailbox or this message is final. Anything else (a refused sender, a server that takes no
    /// connection) is for the operator to mend, and the message waits for it until its deadline.
    /// </summary>
    private static DeliveryResult Judge(SmtpCommandException e)
    {
        var isOfThisMail = e.ErrorCode is SmtpErrorCode.RecipientNotAccepted or SmtpErrorCode.MessageNotAccepted;
        var isFinal = e.StatusCode is SmtpStatusCode.MailboxUnavailable // 550
            or SmtpStatusCode.UserNotLocalTryAlternatePath // 551
            or SmtpStatusCode.ExceededStorageAllocation // 552
            or SmtpStatusCode.MailboxNameNotAllowed // 553
            or SmtpStatusCode.TransactionFailed; // 554
        return new DeliveryResult(isOfThisMail && isFinal ? DeliveryStatus.Rejected : DeliveryStatus.TryAgain, $"SMTP {(int)e.StatusCode}");
    }
}
