using System.Collections.Concurrent;

namespace RespClient.Tests.Pipelines;

/// <summary>The system's clock, and what was paused for by it: for up to 100 ms.</summary>
internal sealed class PauseRecorder : TimeProvider
{
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<TimeSpan> _pauses = new();

    public IEnumerable<TimeSpan> Pauses => _pauses;

    /// <summary>10 ms and a quarter more each time, up to the longest, of which jitter leaves one half at least.</summary>
    public static void AssertGrowing(IReadOnlyCollection<TimeSpan> pauses) => Assert.All(pauses, (pause, index) =>
    {
        var most = Math.Min(10 * Math.Pow(1.25, index), Longest.TotalMilliseconds);
        Assert.InRange(pause.TotalMilliseconds, (most / 2) - 1, most);
    });

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (period == Timeout.InfiniteTimeSpan && dueTime > TimeSpan.Zero && dueTime <= Longest)
        {
            _pauses.Enqueue(dueTime);
        }

        return base.CreateTimer(callback, state, dueTime, period);
    }
}
