using Microsoft.Extensions.Options;

using VerificationCodes.Outbox;
using VerificationCodes.Templates;

namespace VerificationCodes.Delivery;

/// <summary>
/// One attempt: writes the message out and hands it to its transport, with a deadline that holds even where the
/// transport ignores its token.
/// </summary>
internal sealed class MessageDelivery(
    MessageComposer composer, IMailTransport mail, ISmsTransport sms, IOptions<VerificationOptions> options, TimeProvider time)
{
    // After its time-out a transport has this long to report how far it got.
    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(1);

    public async Task<DeliveryResult> SendAsync(OutboxMessage message, TimeSpan remaining)
    {
        var timeout = options.Value.SendTimeout < remaining ? options.Value.SendTimeout : remaining;
        using var deadline = new CancellationTokenSource(timeout, time);
        try
        {
            var sending = composer.Compose(message, remaining) switch
            {
                OutgoingMail letter => mail.SendAsync(letter, deadline.Token),
                OutgoingSms text => sms.SendAsync(text, deadline.Token),
                var problem => ValueTask.FromResult(new DeliveryResult(DeliveryStatus.Rejected, problem.ToString()!)),
            };
            return await sending.AsTask().WaitAsync(timeout + LastWord, time);
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            return new DeliveryResult(DeliveryStatus.TryAgain, $"no answer within {timeout.TotalSeconds:0.#} s");
        }
#pragma warning disable CA1031 // A transport is foreign code: anything it throws is one failed attempt.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // The type only: the text of an exception may repeat the address or the message.
            return new DeliveryResult(DeliveryStatus.TryAgain, e.GetType().Name);
        }
    }
}
