using RedisSessions.Records;

namespace RedisSessions.Diagnostics;

/// <summary>What a store of records reports: what it found, for log and metrics, and what it could not do.</summary>
internal sealed class RecordReport(SessionKeys keys, SessionLog log, SessionMetrics metrics)
{
    /// <summary>A record was looked up behind the near cache.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="found">What counts of it.</param>
    public void Loaded(string key, RecordReadingKind found)
    {
        if (found == RecordReadingKind.Broken)
        {
            log.BrokenRecord(keys.PublicId(key));
        }

        metrics.Loaded(found == RecordReadingKind.Found);
    }

    /// <summary>What was read for a key names another one.</summary>
    /// <param name="key">The key that was asked for.</param>
    /// <param name="isAlarm">Whether it belongs in the log; it is counted in any case.</param>
    public void Foreign(string key, bool isAlarm)
    {
        metrics.ForeignReply(RecordReadingKind.Foreign);
        if (isAlarm)
        {
            log.ForeignRecord(keys.PublicId(key));
        }
    }

    /// <summary>The first answer held no readable record, and the second one did.</summary>
    /// <param name="key">The key that was asked for.</param>
    /// <param name="first">What the first answer said.</param>
    public void Contradicted(string key, RecordReadingKind first)
    {
        metrics.ForeignReply(first);
        log.ContradictedAnswer(keys.PublicId(key));
    }

    /// <summary>Logs that both answers were foreign, and makes the exception.</summary>
    public SessionUnavailableException ForeignTwice() => Unavailable(
        "load", "Redis", new InvalidDataException("Twice the answer held the record of another session."));

    /// <summary>Logs the failure, and makes the exception.</summary>
    public SessionUnavailableException Unavailable(string operation, string what, Exception cause)
    {
        log.Unavailable(operation, cause);
        return new SessionUnavailableException($"{what} could not {operation} the session.", cause);
    }
}
