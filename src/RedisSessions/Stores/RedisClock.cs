namespace RedisSessions.Stores;

/// <summary>
/// The time by Redis' clock, as far as this process knows: its own clock, corrected by the difference the last commit
/// showed. Records carry Redis' time, and an instance whose clock is off must not renew at each request, or never.
/// </summary>
internal sealed class RedisClock(TimeProvider time)
{
    // A look at the time is a tenth of what a small write costs Redis: often enough, and not with each write.
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private long _offsetTicks;
    private long _observedAt;
    private volatile bool _isKnown;

    /// <summary>Whether a reply has said what time it is there.</summary>
    public bool IsKnown => _isKnown;

    /// <summary>Whether it is time to ask again: either clock may have been set since.</summary>
    public bool IsStale => !_isKnown || time.GetElapsedTime(Volatile.Read(ref _observedAt)) > GoodFor;

    /// <summary>Now.</summary>
    public DateTimeOffset Now => time.GetUtcNow().AddTicks(Volatile.Read(ref _offsetTicks));

    /// <summary>A reply said what time it is over there.</summary>
    public void Observe(DateTimeOffset redisNow)
    {
        Volatile.Write(ref _offsetTicks, (redisNow - time.GetUtcNow()).Ticks);
        Volatile.Write(ref _observedAt, time.GetTimestamp());
        _isKnown = true;
    }

    /// <summary>A time by Redis' clock as this process' clock shows it.</summary>
    public DateTimeOffset ToLocal(DateTimeOffset redisTime) => redisTime.AddTicks(-Volatile.Read(ref _offsetTicks));
}
