using Microsoft.Extensions.Logging;

using RespClient.Diagnostics;

using VerificationCodes.Diagnostics;
using VerificationCodes.Outbox;

namespace VerificationCodes.Delivery;

/// <summary>Records the outcomes of messages, in log and metrics.</summary>
internal sealed class DeliveryRecord(VerificationMetrics metrics, ILogger<DeliveryRecord> log, TimeProvider time)
{
    private readonly OutageNotes _unsettled = new(time);
    private string? _unreachable;

    public void Attempted(OutboxMessage message, DeliveryResult result)
    {
        metrics.Attempted(message.IsSms ? "sms" : "mail", result.Status);
        if (result.Status == DeliveryStatus.Delivered)
        {
            log.Delivered(message.MaskedTo, message.Attempts + 1);
        }
    }

    public void TriedInVain(OutboxMessage message, TimeSpan wait, string reason) =>
        log.TriedInVain(message.MaskedTo, message.Attempts + 1, Math.Round(wait.TotalSeconds, 1), reason);

    public void GivenUp(OutboxMessage message, string reason)
    {
        metrics.GivenUp();
        log.GivenUp(message.MaskedTo, reason);
    }

    public void KeptBack(OutboxMessage message) => log.KeptBack(message.MaskedTo);

    /// <summary>Logged once for each outage of Redis, and for each new reason of a refusal.</summary>
    public void Unreachable(Exception e)
    {
        var reason = ReasonOf(e);
        if (reason != _unreachable)
        {
            log.OutboxUnreachable(reason);
        }

        _unreachable = reason;
    }

    public void Reached()
    {
        if (_unreachable is not null)
        {
            log.OutboxBack();
        }

        _unreachable = null;
    }

    /// <summary>Logged for each message, except while the same refusal repeats.</summary>
    public void NotSettled(Exception e)
    {
        if (OutageNotes.RefusalIn(e) is null || _unsettled.IsNews("", e, out _))
        {
            log.NotSettled(ReasonOf(e));
        }
    }

    public void LeftBehind() => log.OutboxLeft();

    // Errors that the worker gets from Redis name commands and users, never the content of messages.
    private static string ReasonOf(Exception e) => OutageNotes.RefusalIn(e)?.Message ?? e.GetType().Name;
}
