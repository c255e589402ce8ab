namespace RedisSessions.Redis;

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

    /// <summary>Whether a reply has carried Redis' time yet.</summary>
    public bool IsKnown => _isKnown;

    /// <summary>Whether it is time to ask again: either clock may have been set since.</summary>
    public bool IsStale => !_isKnown || time.GetElapsedTime(Volatile.Read(ref _observedAt)) > GoodFor;

    /// <summary>Now.</summary>
    public DateTimeOffset Now => time.GetUtcNow().AddTicks(Volatile.Read(ref _offsetTicks));

    /// <summary>Whether a time has come, as far as the time is known; false where it is not.</summary>
    public bool IsPast(DateTimeOffset redisTime) => _isKnown && Now >= redisTime;

    /// <summary>Now by this process' clock: taken before a command is sent, for <see cref="Observe"/>.</summary>
    public DateTimeOffset LocalNow => time.GetUtcNow();

    /// <summary>
    /// A reply carried Redis' time. Redis looked at its clock some time after the command was sent: counted
    /// from there, a reply that was long on its way makes records end too early here, and never too late.
    /// </summary>
    public void Observe(DateTimeOffset redisNow, DateTimeOffset sentAt)
    {
        Volatile.Write(ref _offsetTicks, (redisNow - sentAt).Ticks);
        Volatile.Write(ref _observedAt, time.GetTimestamp());
        _isKnown = true;
    }

    /// <summary>A time by Redis' clock as this process' clock shows it.</summary>
    public DateTimeOffset ToLocal(DateTimeOffset redisTime) => redisTime.AddTicks(-Volatile.Read(ref _offsetTicks));
}
