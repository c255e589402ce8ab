namespace VerificationCodes.Delivery.Outbox;

/// <summary>Hands a written message to its transport, with a deadline that holds even where the transport ignores its token.</summary>
internal sealed class MessageDelivery(IMailTransport mail, ISmsTransport sms, TimeProvider time)
{
    public async Task<DeliveryResult> SendAsync(object message, TimeSpan timeout)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        try
        {
            var sending = message is OutgoingSms text
                ? sms.SendAsync(text, deadline.Token)
                : mail.SendAsync((OutgoingMail)message, deadline.Token);
            return await sending.AsTask().WaitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return new DeliveryResult(DeliveryStatus.TryAgain, $"no answer within {timeout.TotalSeconds:0.#} s");
        }
#pragma warning disable CA1031 // A transport is someone else's code: whatever it throws is one failed attempt.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // The type only: the text of an exception may repeat the address or the message.
            return new DeliveryResult(DeliveryStatus.TryAgain, e.GetType().Name);
        }
    }
}
