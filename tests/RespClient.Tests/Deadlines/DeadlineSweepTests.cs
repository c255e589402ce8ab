using RespClient.Clocks;

namespace RespClient.Tests.Deadlines;

/// <summary>When the clock of a pipeline ticks and when it rests; each tick comes by hand.</summary>
public sealed class DeadlineSweepTests
{
    private readonly TickedByHand _time = new();

    [Fact]
    public void The_clock_rests_where_nothing_waits_and_starts_again_with_the_next_command()
    {
        var isBusy = true;
        using var sweep = new DeadlineSweep(_time, _ => isBusy);
        Assert.False(_time.IsTicking);
        sweep.Now();

        Tick(times: 20);
        Assert.True(_time.IsTicking);
        isBusy = false;
        Tick(times: 20);
        Assert.False(_time.IsTicking);

        sweep.Now();
        Assert.True(_time.IsTicking);
    }

    [Fact]
    public void A_command_that_is_queued_while_the_clock_goes_to_rest_is_found_by_its_last_look()
    {
        var looks = 0;
        using var sweep = new DeadlineSweep(_time, _ => ++looks == 6); // after five without any
        sweep.Now();

        Tick(times: 5);

        Assert.Equal(6, looks);
        Assert.True(_time.IsTicking);
    }

    private void Tick(int times)
    {
        for (var i = 0; i < times && _time.IsTicking; i++)
        {
            _time.Tick();
        }
    }

    private sealed class TickedByHand : TimeProvider
    {
        private Timer? _timer;

        public bool IsTicking => _timer is { IsRunning: true };

        public void Tick() => _timer!.Tick();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            _timer = new Timer(() => callback(state));

        private sealed class Timer(Action tick) : ITimer
        {
            public bool IsRunning { get; private set; }

            public void Tick() => tick();

            public bool Change(TimeSpan dueTime, TimeSpan period) => IsRunning = dueTime != Timeout.InfiniteTimeSpan;

            public void Dispose() => IsRunning = false;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
