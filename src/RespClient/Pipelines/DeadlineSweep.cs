namespace RespClient.Pipelines;

/// <summary>
/// The coarse clock of a pipeline: one timer for all its commands, which ticks only while there are any. Reading the
/// time costs a field access; it is never ahead of the real time.
/// </summary>
internal sealed class DeadlineSweep : IAsyncDisposable
{
    /// <summary>How late a time-out may be noticed, beside the scheduling of the machine.</summary>
    public static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(20);

    // Long enough that a steady trickle of commands does not start and stop it all the time.
    private const int IdleTicksBeforeRest = 5;

    private readonly TimeProvider _time;
    private readonly Func<long, bool> _sweep;
    private readonly ITimer _timer;
    private readonly Lock _lock = new();
    private long _now;
    private bool _isRunning;
    private int _idleTicks;

    /// <param name="time">The clock.</param>
    /// <param name="sweep">Ends what is due at a time, and says whether anything is still waiting.</param>
    public DeadlineSweep(TimeProvider time, Func<long, bool> sweep)
    {
        _time = time;
        _sweep = sweep;
        _now = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((DeadlineSweep)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The time, at most a grain old while commands wait.</summary>
    public long Now()
    {
        if (!Volatile.Read(ref _isRunning))
        {
            Start();
        }

        return Volatile.Read(ref _now);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Start()
    {
        lock (_lock)
        {
            if (_isRunning)
            {
                return;
            }

            _idleTicks = 0;
            Volatile.Write(ref _now, _time.GetTimestamp());
            Volatile.Write(ref _isRunning, true);
            _timer.Change(Grain, Grain);
        }
    }

    private void Tick()
    {
        var now = _time.GetTimestamp();
        Volatile.Write(ref _now, now);
        var isBusy = _sweep(now);
        lock (_lock)
        {
            _idleTicks = isBusy ? 0 : _idleTicks + 1;
            if (_idleTicks < IdleTicksBeforeRest)
            {
                return;
            }

            // A command queued from now on starts the clock again; one queued just before has been waiting for less
            // than the idle ticks, and the next command or the check below finds it.
            Volatile.Write(ref _isRunning, false);
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        if (_sweep(now))
        {
            Start();
        }
    }
}
