using System.Diagnostics;

namespace RedisClient;

/// <summary>What one caller did: how many operations, and how long some of them took.</summary>
internal sealed class Caller
{
    // Looking at the clock costs as much as a small command: one operation in eight is timed.
    private const int TimedOneIn = 8;

    private long _from;

    public long Count { get; private set; }

    public LatencyHistogram Latencies { get; } = new();

    public void Begin()
    {
        if (Count % TimedOneIn == 0)
        {
            _from = Stopwatch.GetTimestamp();
        }
    }

    public void End()
    {
        if (Count++ % TimedOneIn == 0)
        {
            Latencies.Record(Stopwatch.GetElapsedTime(_from));
        }
    }
}
