namespace RespClient.Clocks;

/// <summary>
/// The coarse clock of a pipeline: one for all its commands, which ticks only while there are any. Reading the time costs
/// a field access; it is never ahead of the real time. Where the time is the system's, the clock's own thread ticks.
/// </summary>
internal sealed class DeadlineSweep : ITicking, IDisposable
{
    /// <summary>How late a time-out may be noticed, beside the scheduling of the machine.</summary>
    public static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(20);

    // Long enough that a steady trickle of commands does not start and stop it all the time.
    private const int IdleTicksBeforeRest = 5;

    private readonly TimeProvider _time;
    private readonly Func<long, bool> _sweep;
    private readonly ITimer? _timer;

    // Held during a tick, so that none is under way once the sweep is disposed of.
    private readonly Lock _ticks = new();

    // Guards what follows; taken inside a tick, never around one.
    private readonly Lock _lock = new();
    private long _now;
    private bool _isRunning;
    private bool _isDisposed;
    private int _idleTicks;

    /// <param name="time">The clock.</param>
    /// <param name="sweep">Ends what is due at a time, and says whether anything is still waiting.</param>
    public DeadlineSweep(TimeProvider time, Func<long, bool> sweep)
    {
        _time = time;
        _sweep = sweep;
        _now = time.GetTimestamp();
        _timer = time == TimeProvider.System
            ? null
            : time.CreateTimer(static state => ((DeadlineSweep)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
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

    /// <summary>No tick is under way when it returns, and none follows.</summary>
    public void Dispose()
    {
        lock (_ticks)
        {
            lock (_lock)
            {
                _isDisposed = true;
                Stop();
            }
        }

        _timer?.Dispose();
    }

    /// <summary>A tick of the clock.</summary>
    public void Tick()
    {
        lock (_ticks)
        {
            var now = _time.GetTimestamp();
            Volatile.Write(ref _now, now);
            if (!_isDisposed && !IsOver(_sweep(now)))
            {
                return;
            }

            // A command queued from now on starts the clock again; one queued just before has been waiting for less than
            // the idle ticks, and the next command or this check finds it.
            if (!_isDisposed && _sweep(now))
            {
                Start();
            }
        }
    }

    private bool IsOver(bool isBusy)
    {
        lock (_lock)
        {
            _idleTicks = isBusy ? 0 : _idleTicks + 1;
            if (_idleTicks < IdleTicksBeforeRest)
            {
                return false;
            }

            Stop();
            return true;
        }
    }

    private void Start()
    {
        lock (_lock)
        {
            if (_isRunning || _isDisposed)
            {
                return;
            }

            _idleTicks = 0;
            Volatile.Write(ref _now, _time.GetTimestamp());
            Volatile.Write(ref _isRunning, true);
            if (_timer is null)
            {
                ClockThread.Shared.Add(this);
            }
            else
            {
                _timer.Change(Grain, Grain);
            }
        }
    }

    // Under the lock.
    private void Stop()
    {
        if (_isRunning)
        {
            Volatile.Write(ref _isRunning, false);
            ClockThread.Shared.Remove(this);
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
