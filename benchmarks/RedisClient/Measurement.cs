using System.Diagnostics;

namespace RedisClient;

/// <summary>Callers that each wait for their reply before the next command, for a while.</summary>
internal sealed record Measurement(double OperationsPerSecond, double P50, double P99, double CpuPerOperation, double BytesPerOperation)
{
    public static async Task<Measurement> RunAsync(IWorkload workload, int callers, TimeSpan duration)
    {
        var stop = new StopSignal();
        var running = Enumerable.Range(0, callers).Select(_ => Task.Run(() => workload.CallAsync(stop))).ToArray();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        await Task.Delay(duration);
        stop.IsSet = true;
        var done = await Task.WhenAll(running);
        var elapsed = Stopwatch.GetElapsedTime(started);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;

        // The last caller goes on where its reply was read; what follows is long, and waits for the console.
        await Task.Yield();

        var latencies = new LatencyHistogram();
        foreach (var caller in done)
        {
            latencies.Add(caller.Latencies);
        }

        double operations = done.Sum(caller => caller.Count);
        return new Measurement(
            operations / elapsed.TotalSeconds,
            latencies.Quantile(0.50),
            latencies.Quantile(0.99),
            cpu.TotalMicroseconds / operations,
            allocated / operations);
    }
}
