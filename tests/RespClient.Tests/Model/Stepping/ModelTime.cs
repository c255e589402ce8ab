namespace RespClient.Tests.Model.Stepping;

/// <summary>A clock that stands still until a thread of the model moves it.</summary>
internal sealed class ModelTime : TimeProvider
{
    private const string Name = "time";

    private readonly List<(TimerCallback Callback, object? State)> _timers = [];
    private long _now = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp()
    {
        Step(Access.Acquire);
        return _now;
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _timers.Add((callback, state));
        return new StandingTimer();
    }

    /// <summary>Time goes by.</summary>
    public void Advance(TimeSpan time)
    {
        Step(Access.Both);
        _now += time.Ticks;
    }

    /// <summary>Whoever has a timer is called.</summary>
    public void Tick()
    {
        foreach (var (callback, state) in _timers)
        {
            callback(state);
        }
    }

    private void Step(Access access)
    {
        if (Steps.Thread is { } thread)
        {
            Steps.Execution!.Step(thread, this, Name, access);
        }
    }

    private sealed class StandingTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
