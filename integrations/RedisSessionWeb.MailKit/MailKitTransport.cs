using System.Text;

using global::MailKit;
using global::MailKit.Net.Smtp;
using global::MailKit.Security;

using MimeKit;

using VerificationCodes.Delivery;

using IMailTransport = VerificationCodes.Delivery.IMailTransport;

namespace RedisSessionWeb.MailKit;

/// <summary>Hands mails to a submission server over MailKit.</summary>
internal sealed class MailKitTransport(MailConnections connections, MailWriter writer) : IMailTransport
{
    public async ValueTask<DeliveryResult> SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
    {
        if (!MailboxAddress.TryParse(mail.To.Value, out _))
        {
            return new DeliveryResult(DeliveryStatus.Rejected, "not an address for SMTP");
        }

        using var message = writer.Write(mail);
        try
        {
            return await connections.UseAsync(
                async client =>
                {
                    // Letters outside ASCII in a local part need SMTPUTF8 (RFC 6531) all the way.
                    var format = FormatOptions.Default.Clone();
                    format.International = !Ascii.IsValid(mail.To.LocalPart);
                    await client.SendAsync(format, message, cancellationToken);
                    return DeliveryResult.Delivered;
                },
                cancellationToken);
        }
        catch (SmtpCommandException e)
        {
            return Judge(e);
        }
        catch (Exception e) when (e is ProtocolException or AuthenticationException or SslHandshakeException or IOException
            or System.Net.Sockets.SocketException or NotSupportedException or InvalidOperationException or TimeoutException)
        {
            // The type alone: the texts of these may hold the address, or what a server chose to say.
            return new DeliveryResult(DeliveryStatus.TryAgain, $"no delivery: {e.GetType().Name}");
        }
    }

    // Only what the server says of this mailbox or this message is final. All else is the operator's to mend, and the
    // message waits for it as long as it makes sense.
    private static DeliveryResult Judge(SmtpCommandException e) => e.StatusCode switch
    {
        SmtpStatusCode.MailboxUnavailable // 550
            or SmtpStatusCode.UserNotLocalTryAlternatePath // 551
            or SmtpStatusCode.ExceededStorageAllocation // 552
            or SmtpStatusCode.MailboxNameNotAllowed // 553
            or SmtpStatusCode.TransactionFailed // 554
            => new DeliveryResult(DeliveryStatus.Rejected, $"SMTP {(int)e.StatusCode}"),
        _ => new DeliveryResult(DeliveryStatus.TryAgain, $"SMTP {(int)e.StatusCode}"),
    };
}
