using Microsoft.Extensions.Logging;

using VerificationCodes.Delivery;
using VerificationCodes.Delivery.Outbox;

namespace VerificationCodes.Diagnostics;

/// <summary>Notes what became of messages, in log and metrics.</summary>
internal sealed class DeliveryRecord(VerificationMetrics metrics, ILogger<OutboxWorker> log)
{
    private bool _unreachable;

    public void Attempted(OutboxMessage message, DeliveryResult result)
    {
        metrics.Attempted(message.IsSms ? "sms" : "mail", result.Status);
        if (result.Status == DeliveryStatus.Delivered)
            log.Delivered(message.MaskedTo, message.Attempts + 1);
    }

    public void TriedInVain(OutboxMessage message, TimeSpan wait, string reason) =>
        log.TriedInVain(message.MaskedTo, message.Attempts + 1, Math.Round(wait.TotalSeconds, 1), reason);

    public void GivenUp(OutboxMessage message, string reason)
    {
        metrics.GivenUp();
        log.GivenUp(message.MaskedTo, reason);
    }

    public void KeptBack(OutboxMessage message) => log.KeptBack(message.MaskedTo);

    /// <summary>Said once for each time that Redis goes away.</summary>
    public void Unreachable(Exception e)
    {
        if (!_unreachable)
            log.OutboxUnreachable(e.GetType().Name);
        _unreachable = true;
    }

    public void Reached()
    {
        if (_unreachable)
            log.OutboxBack();
        _unreachable = false;
    }

    public void NotSettled(Exception e) => log.NotSettled(e.GetType().Name);

    public void LeftBehind() => log.OutboxLeft();
}
