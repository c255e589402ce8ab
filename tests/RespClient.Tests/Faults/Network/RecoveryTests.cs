using System.Diagnostics;

using RespClient.Tests.Pipelines;

using TestServers;

namespace RespClient.Tests.Faults.Network;

/// <summary>How soon callers are served again once the server is back.</summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class RecoveryTests(ITestOutputHelper output)
{
    private static readonly int Restarts = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 50 : 7;

    /// <summary>Over 7 restarts; over 50 with <c>LONG_RUN=1</c>.</summary>
    [Fact]
    public async Task Callers_under_load_are_served_within200_ms_of_the_servers_return_in_the_median()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        using var running = new CancellationTokenSource();
        var lastAnswer = 0L;
        var load = Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            while (!running.IsCancellationRequested)
            {
                try
                {
                    await client.ExecuteAsync(new RedisCommand("GET", "k"));
                    Volatile.Write(ref lastAnswer, Stopwatch.GetTimestamp());
                }
                catch (RedisException)
                {
                    await Task.Delay(1);
                }
            }
        })).ToArray();

        var recoveries = new List<double>();
        for (var restart = 0; restart < Restarts; restart++)
        {
            await Task.Delay(50);
            await server.KillAsync();
            await Task.Delay(100 + (restart * 97 % 900));
            await server.StartAgainAsync();
            var back = Stopwatch.GetTimestamp();
            await Eventually.TrueAsync(() => Volatile.Read(ref lastAnswer) > back);
            recoveries.Add(Stopwatch.GetElapsedTime(back, Volatile.Read(ref lastAnswer)).TotalMilliseconds);
        }

        await running.CancelAsync();
        await Task.WhenAll(load);
        recoveries.Sort();
        output.WriteLine($"Recovery over {Restarts} restarts: median {recoveries[Restarts / 2]:0} ms, worst {recoveries[^1]:0} ms.");
        Assert.InRange(recoveries[Restarts / 2], 0, 200);
        Assert.InRange(recoveries[^1], 0, 2000);
    }
}
