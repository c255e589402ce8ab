using System.Diagnostics;
using System.Globalization;

using RespClient.Tests.Pipelines;
using RespClient.Tests.Tracking;
using RespClient.Tracking;

using TestServers;
using TestServers.Proxy;

namespace RespClient.Tests.Faults.Network;

/// <summary>
/// Random faults under 200 callers, every reply checked against its key, nothing left behind. Five seconds; ten minutes
/// with <c>LONG_RUN=1</c>; or <c>SOAK_SECONDS</c>.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int Callers = 200;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(
        int.TryParse(Environment.GetEnvironmentVariable("SOAK_SECONDS"), CultureInfo.InvariantCulture, out var seconds) ? seconds
        : Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 600
        : 5);

    [Fact]
    public async Task Random_faults_give_no_wrong_reply_no_leak_and_no_unobserved_exception()
    {
        var unobserved = new List<Exception>();
        void Keep(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            lock (unobserved)
            {
                unobserved.Add(e.Exception);
            }
        }

        // What earlier tests abandoned is not ours.
        CollectGarbage();
        TaskScheduler.UnobservedTaskException += Keep;
        await using var server = await RedisServer.StartAsync();
        await using var proxy = FaultProxy.Start(server.Port);
        var options = new RedisClientOptions { ConnectionString = proxy.ConnectionString, CommandTimeout = TimeSpan.FromSeconds(1) };
        var client = await RedisClient.ConnectAsync(options);
        var cache = new TrackedCache<string, Note>(client, new Notes(), new TrackedCacheOptions { MaxBytes = 64 * 1024 });
        using var running = new CancellationTokenSource(Duration);
        var trouble = Task.Run(() => MakeTroubleAsync(server, proxy, running.Token));
        var tallies = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller =>
            Task.Run(() => CallAsync(client, cache, caller, running.Token))));
        await trouble;

        var wrong = tallies.Sum(tally => tally.Wrong);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{tallies.Sum(tally => tally.Answered)} answered, {tallies.Sum(tally => tally.Failed)} failed, {wrong} wrong, {proxy.Connections} connections."));
        Assert.Equal(0, wrong);
        Assert.True(tallies.Sum(tally => tally.Answered) > 1000, "Hardly anything was answered.");

        await cache.DisposeAsync();
        await client.DisposeAsync();
        await Eventually.TrueAsync(() => proxy.OpenConnections == 0);
        await Eventually.TrueAsync(async () => !(await server.CliAsync("CLIENT", "LIST")).Contains('\n', StringComparison.Ordinal));
        CollectGarbage();
        TaskScheduler.UnobservedTaskException -= Keep;
        Assert.Empty(unobserved);
        Assert.InRange(Process.GetCurrentProcess().Threads.Count, 1, 200);
    }

    private static void CollectGarbage()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static async Task<(int Answered, int Failed, int Wrong)> CallAsync(
        RedisClient client, TrackedCache<string, Note> cache, int caller, CancellationToken running)
    {
        var answered = 0;
        var failed = 0;
        var wrong = 0;
        var notes = new Notes();
        for (var number = 0; !running.IsCancellationRequested; number++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{caller}-{number % 10}");
            try
            {
                var isRight = (number % 4) switch
                {
                    0 => (await client.ExecuteAsync(new RedisCommand("ECHO", key), CancellationToken.None)).AsString() == key,
                    1 => await notes.WriteAsync(cache, key, key) > 0,
                    2 => await cache.GetAsync(key, CancellationToken.None) is not { } note || note.Text == key,
                    _ => (await client.ExecuteAsync(new RedisCommand("EVAL", "return KEYS", 1, key), CancellationToken.None)).Items[0].AsString() == key,
                };
                answered++;
                wrong += isRight ? 0 : 1;
            }
            catch (RedisException)
            {
                failed++;
                await Task.Delay(5, CancellationToken.None);
            }
        }

        return (answered, failed, wrong);
    }

    private static async Task MakeTroubleAsync(RedisServer server, FaultProxy proxy, CancellationToken running)
    {
        var random = new Random(23);
        while (!running.IsCancellationRequested)
        {
            switch (random.Next(8))
            {
                case 0:
                    proxy.ResetAll();
                    break;
                case 1:
                    proxy.CutAfter(random.Next(5000), random.Next(2) == 0 ? Direction.ToClient : Direction.ToServer);
                    break;
                case 2:
                    proxy.Trickle(random.Next(1, 100), TimeSpan.FromMilliseconds(1));
                    break;
                case 3:
                    proxy.Delay(TimeSpan.FromMilliseconds(random.Next(1, 50)));
                    break;
                case 4:
                    proxy.HalfOpen((Direction)random.Next(1, 4));
                    break;
                case 5:
                    proxy.Drop((Direction)random.Next(1, 4));
                    break;
                case 6:
                    await server.CliAsync("CLIENT", "PAUSE", "50", "ALL");
                    break;
                default:
                    await server.CliAsync("CLIENT", "KILL", "TYPE", "normal");
                    break;
            }

            await Task.Delay(random.Next(20, 200), CancellationToken.None);
            proxy.Heal();
            await Task.Delay(random.Next(20, 150), CancellationToken.None);
        }
    }
}
