using Microsoft.Extensions.Logging;

using RespClient.Diagnostics;

using VerificationCodes.Diagnostics;
using VerificationCodes.Outbox;

namespace VerificationCodes.Delivery;

/// <summary>Notes what became of messages, in log and metrics.</summary>
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

    /// <summary>Said once for each time that Redis goes away, or refuses in other words.</summary>
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

    /// <summary>Each message is told, except where the same refusal is met again and again.</summary>
    public void NotSettled(Exception e)
    {
        if (OutageNotes.RefusalIn(e) is null || _unsettled.IsNews("", e, out _))
        {
            log.NotSettled(ReasonOf(e));
        }
    }

    public void LeftBehind() => log.OutboxLeft();

    // What the server says to the worker names commands and users, never what is in messages.
    private static string ReasonOf(Exception e) => OutageNotes.RefusalIn(e)?.Message ?? e.GetType().Name;
}
