namespace RespClient.Queue;

/// <summary>
/// When to check that the replies of a connection are in step with its commands. A reply too many or too few shifts all
/// that follow by one, and nothing else tells: each place is filled by the next reply.
/// </summary>
/// <param name="interval">How often, while commands are sent; <see langword="null"/>: only on request.</param>
/// <param name="frequency">Time stamps in a second.</param>
internal sealed class StepCheck(TimeSpan? interval, long frequency)
{
    private static ulong _lastNonce = unchecked((ulong)Random.Shared.NextInt64());

    private readonly long _interval = interval is { } some ? (long)(some.TotalSeconds * frequency) : long.MaxValue;

    // Under the pipeline's lock. Two may be under way: one that is stuck behind a slow reply does not hold up the one that
    // a time-out calls for.
    private PendingProbe? _newest;
    private PendingProbe? _before;
    private long _newestAt;
    private bool _isWanted;

    // Written by the reader loop.
    private bool _echoes;
    private int _refusals;

    /// <summary>Whether the server has refused both ways to ask: nothing can be checked on this connection.</summary>
    public bool IsRefused => Volatile.Read(ref _refusals) >= 2;

    // Where Redis cannot save, PING tells that instead; ECHO is less often allowed.
    private string Command => Volatile.Read(ref _echoes) ? "ECHO" : "PING";

    /// <summary>A new connection. Under the pipeline's lock, before its reader loop starts.</summary>
    public void Start(long now)
    {
        _newestAt = now;
        _isWanted = false;
        Volatile.Write(ref _refusals, 0);
    }

    /// <summary>The probe that is due, or null. Under the pipeline's lock.</summary>
    /// <param name="now">The time.</param>
    /// <param name="sentThrough">The number of the newest command that was sent.</param>
    /// <param name="hasTimedOut">Whether one that was sent has timed out since: its reply may never come, or come in another's place.</param>
    public PendingProbe? Due(long now, long sentThrough, bool hasTimedOut)
    {
        _isWanted |= hasTimedOut;
        return _isWanted || (now - _newestAt >= _interval && sentThrough > (_newest?.Number ?? 0)) ? TryBegin(now) : null;
    }

    /// <summary>A probe, unless enough are under way. Under the pipeline's lock.</summary>
    public PendingProbe? TryBegin(long now)
    {
        if (IsRefused || _before is { IsResolved: false })
        {
            return null;
        }

        _isWanted = false;
        _newestAt = now;
        if (_newest is { IsResolved: false })
        {
            _before = _newest;
        }

        return _newest = new PendingProbe(this, Command, Interlocked.Increment(ref _lastNonce));
    }

    /// <summary>The right answer came. Reader loop.</summary>
    public void Passed() => Volatile.Write(ref _refusals, 0);

    /// <summary>An error came instead. Reader loop.</summary>
    /// <param name="command">What was asked.</param>
    /// <param name="kind">What the error says.</param>
    public void Refused(string command, RedisErrorKind kind)
    {
        if (command != Command)
        {
            // Two were under way and asked the same: the second refusal says nothing of the other way.
            return;
        }

        Volatile.Write(ref _echoes, !_echoes);
        if (!kind.IsTransient())
        {
            Volatile.Write(ref _refusals, _refusals + 1);
        }
    }
}
