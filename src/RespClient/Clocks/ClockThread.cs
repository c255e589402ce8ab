namespace RespClient.Clocks;

/// <summary>Something that wants to be called at each tick of the clock.</summary>
internal interface ITicking
{
    /// <summary>A tick. On the clock's thread: it must be quick, and must not run the code of callers.</summary>
    void Tick();
}

/// <summary>
/// The clock of all clients of this process: one thread that ticks while it has listeners, and sleeps otherwise. A
/// timer would do the same on the thread pool, and be late whenever that is starved: just when time-outs matter.
/// </summary>
internal sealed class ClockThread
{
    private readonly object _lock = new();
    private readonly List<ITicking> _ticking = [];
    private bool _isStarted;
    private bool _isAsleep;

    public static ClockThread Shared { get; } = new();

    public void Add(ITicking ticking)
    {
        lock (_lock)
        {
            _ticking.Add(ticking);
            if (!_isStarted)
            {
                _isStarted = true;
                new Thread(Run) { IsBackground = true, Name = "Redis clock" }.UnsafeStart();
            }
            else if (_isAsleep)
            {
                Monitor.Pulse(_lock);
            }
        }
    }

    /// <summary>A tick that is under way may still come.</summary>
    public void Remove(ITicking ticking)
    {
        lock (_lock)
        {
            _ticking.Remove(ticking);
        }
    }

    private void Run()
    {
        while (true)
        {
            foreach (var ticking in Wait())
            {
                ticking.Tick();
            }
        }
    }

    private ITicking[] Wait()
    {
        lock (_lock)
        {
            while (_ticking.Count == 0)
            {
                _isAsleep = true;
                Monitor.Wait(_lock);
                _isAsleep = false;
            }

            Monitor.Wait(_lock, DeadlineSweep.Grain);
            return [.. _ticking];
        }
    }
}
