namespace RespClient.Clocks;

/// <summary>
/// The time of hits. Where the clock is the system's, the tick count of the kernel stands for it: reading that took 14 ns
/// where a time stamp took 81 ns, more than all the rest of a hit. What it lacks in precision is taken off the bounds.
/// </summary>
internal sealed class CoarseClock
{
    // The tick of Windows; Linux ticks every 4 or 10 ms.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(16);

    private readonly TimeProvider _time;
    private readonly bool _isSystem;
    private readonly long _perMillisecond;
    private long _offset;

    public CoarseClock(TimeProvider time)
    {
        _time = time;
        _perMillisecond = time.TimestampFrequency / 1000;
        _isSystem = time == TimeProvider.System && _perMillisecond > 0;
        Slack = _isSystem ? Timestamps(Tick) : 0;
        Calibrate();
    }

    /// <summary>How far <see cref="Now"/> may be off, in time stamps.</summary>
    public long Slack { get; }

    /// <summary>The time in the units of <see cref="TimeProvider.GetTimestamp"/>, at most <see cref="Slack"/> off.</summary>
    public long Now => _isSystem ? (Environment.TickCount64 * _perMillisecond) + Volatile.Read(ref _offset) : _time.GetTimestamp();

    /// <summary>To be called a few times a second: two clocks of one machine may run apart by a second in ten hours.</summary>
    public void Calibrate() => Volatile.Write(ref _offset, _time.GetTimestamp() - (Environment.TickCount64 * _perMillisecond));

    public long Timestamps(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
