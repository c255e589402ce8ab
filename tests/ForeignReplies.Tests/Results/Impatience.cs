using System.Diagnostics;

namespace ForeignReplies.Tests.Results;

/// <summary>A caller who gives some of its calls up: at once, some microseconds later, or some milliseconds later.</summary>
internal sealed class Impatience(Random random, double share)
{
    private const int MostMicroseconds = 60;

    /// <summary>Makes a call that may be given up; whoever makes it must bear a cancellation.</summary>
    public async Task CallAsync(Func<CancellationToken, Task> call, int mostMilliseconds = 4)
    {
        if (random.NextDouble() >= share)
        {
            await call(CancellationToken.None);
            return;
        }

        using var source = new CancellationTokenSource();
        var calling = call(source.Token);
        switch (random.Next(3))
        {
            case 0:
                await source.CancelAsync();
                break;
            case 1:
                SpinFor(TimeSpan.FromMicroseconds(random.Next(MostMicroseconds)));
                await source.CancelAsync();
                break;
            default:
                source.CancelAfter(random.Next(1, mostMilliseconds + 1));
                break;
        }

        await calling;
    }

    private static void SpinFor(TimeSpan time)
    {
        for (var from = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(from) < time;)
        {
            Thread.SpinWait(20);
        }
    }
}
