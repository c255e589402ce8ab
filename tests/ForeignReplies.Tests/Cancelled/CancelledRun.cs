using System.Diagnostics;

using ForeignReplies.Tests.Results;

namespace ForeignReplies.Tests.Cancelled;

/// <summary>Many callers who give some of their calls up, and what they say of the answers to the others.</summary>
internal sealed class CancelledRun
{
    // A bound against standing still; a slow machine needs a part of it.
    private static readonly TimeSpan LongestRun = Seed.IsLongRun ? TimeSpan.FromMinutes(60) : TimeSpan.FromMinutes(3);

    private int _begun;

    public Tally Tally { get; } = new();

    /// <summary>Lets callers call, each one thing after the other, until so many calls were made or one was answered wrongly.</summary>
    public async Task CallAsync(int callers, int calls, Func<int, Random, Task> call)
    {
        var started = Stopwatch.GetTimestamp();
        async Task RunAsync(int caller)
        {
            var random = Seed.Of(caller);
            while (Interlocked.Increment(ref _begun) <= calls && Tally.Bad == 0 && Stopwatch.GetElapsedTime(started) < LongestRun)
            {
                await call(caller, random);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(() => RunAsync(caller))));
    }

    /// <summary>Nobody got what is somebody else's; enough was answered, and enough was given up.</summary>
    public void Check(int calls)
    {
        var figures = $"seed {Seed.Value}; {Tally}";
        TestContext.Current.TestOutputHelper?.WriteLine(figures);
        Assert.True(Tally.Bad == 0, figures);
        Assert.True(Tally[Verdict.Right] > calls / 3, $"Too few answers: {figures}");
        Assert.True(Tally[Verdict.Refused] > calls / 50, $"Too few were given up: {figures}");
    }
}
