using RedisSessions.Stores;

namespace RedisSessions.Diagnostics;

/// <summary>What a store of records has to tell: what it found, for log and metrics, and what it could not do.</summary>
internal sealed class RecordReport(SessionKeys keys, SessionLog log, SessionMetrics metrics)
{
    /// <summary>A record was looked up behind the near cache.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="isThere">Whether there is one that can be read.</param>
    /// <param name="isBroken">Whether there is something that cannot be read.</param>
    public void Loaded(string key, bool isThere, bool isBroken)
    {
        if (isBroken)
        {
            log.BrokenRecord(keys.PublicId(key));
        }

        metrics.Loaded(isThere);
    }

    /// <summary>The exception that says so, noted in the log.</summary>
    public SessionUnavailableException Unavailable(string operation, string what, Exception cause)
    {
        log.Unavailable(operation, cause);
        return new SessionUnavailableException($"{what} could not {operation} the session.", cause);
    }
}
