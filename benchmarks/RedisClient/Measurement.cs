using System.Diagnostics;

namespace RedisClient;

/// <summary>Callers that each wait for their reply before the next command, for a while.</summary>
internal sealed record Measurement(double OperationsPerSecond, double P50, double P99, double CpuPerOperation, double BytesPerOperation)
{
    // Looking at the clock costs as much as a small command: one operation in eight is timed.
    private const int TimedOneIn = 8;

    public static async Task<Measurement> RunAsync(Workload workload, int callers, TimeSpan duration)
    {
        var stop = new StopSignal();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var running = Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(workload, stop))).ToArray();
        await Task.Delay(duration);
        stop.IsSet = true;
        var callersDone = await Task.WhenAll(running);
        var elapsed = Stopwatch.GetElapsedTime(started);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated - callersDone.Sum(caller => (long)LatencyHistogram.Bytes);

        var latencies = new LatencyHistogram();
        foreach (var caller in callersDone)
        {
            latencies.Add(caller.Latencies);
        }

        double operations = callersDone.Sum(caller => caller.Count);
        return new Measurement(
            operations / elapsed.TotalSeconds,
            latencies.Quantile(0.50),
            latencies.Quantile(0.99),
            cpu.TotalMicroseconds / operations,
            Math.Max(0, allocated) / operations);
    }

    private static async Task<(long Count, LatencyHistogram Latencies)> CallAsync(Workload workload, StopSignal stop)
    {
        var latencies = new LatencyHistogram();
        long count = 0;
        while (!stop.IsSet)
        {
            if (count % TimedOneIn == 0)
            {
                var from = Stopwatch.GetTimestamp();
                await workload.RunOnceAsync();
                latencies.Record(Stopwatch.GetElapsedTime(from));
            }
            else
            {
                await workload.RunOnceAsync();
            }

            count++;
        }

        return (count, latencies);
    }

    private sealed class StopSignal
    {
        private volatile bool _isSet;

        public bool IsSet
        {
            get => _isSet;
            set => _isSet = value;
        }
    }
}
