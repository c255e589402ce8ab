using System.Diagnostics;

using RespClient.Tracking;

using TestServers;
using TestServers.Proxy;

namespace RespClient.Tests.Tracking.Coherence;

/// <summary>
/// A writer in another process against cached readers: no hit is older than the bound, and no reader goes back in
/// time, on a good network and on a bad one. Five times longer with <c>LONG_RUN=1</c>.
/// </summary>
public sealed class CoherenceTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 20 : 4);

    private const int MaxAttempts = 3;

    /// <summary>The clocks of the two processes, and the read of ours, may differ by this.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromMilliseconds(2);

    [Fact]
    public async Task Hits_are_never_older_than_the_bound_on_a_good_network()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await PlayAsync(server, client, TimeSpan.FromSeconds(1), _ => Task.CompletedTask, 10_000);
    }

    [Fact]
    public async Task Hits_are_never_older_than_the_bound_on_a_network_that_fails_in_every_way()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = FaultProxy.Start(server.Port);
        await using var client = await RedisClient.ConnectAsync(new RedisClientOptions
        {
            ConnectionString = proxy.ConnectionString,
            CommandTimeout = TimeSpan.FromMilliseconds(500),
            HeartbeatInterval = TimeSpan.FromMilliseconds(500),
        });
        await PlayAsync(server, client, TimeSpan.FromMilliseconds(250), async running =>
        {
            var random = new Random(11);
            Action[] faults =
            [
                () => proxy.Delay(TimeSpan.FromMilliseconds(40)), () => proxy.HalfOpen(), () => proxy.HalfOpen(Direction.ToClient),
                () => proxy.HalfOpen(Direction.ToServer), () => proxy.Drop(Direction.ToClient), proxy.ResetAll,
                () => proxy.CutAfter(random.Next(2000), Direction.ToClient), () => proxy.Trickle(7, TimeSpan.FromMilliseconds(1)),
            ];
            for (var fault = 0; !running.IsCancellationRequested; fault++)
            {
                faults[fault % faults.Length]();
                await Task.Delay(random.Next(50, 400), CancellationToken.None);
                proxy.Heal();
                await Task.Delay(100, CancellationToken.None);
            }
        }, 1_000);
    }

    [Fact]
    public async Task Hits_are_never_older_than_the_bound_while_the_server_kills_the_connection()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync("ACL", "SETUSER", "reader", "on", "nopass", "~*", "&*", "+@all");
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},user=reader,password=any");
        var result = await PlayAsync(server, client, TimeSpan.FromMilliseconds(250), async running =>
        {
            while (!running.IsCancellationRequested)
            {
                await server.CliAsync("CLIENT", "KILL", "USER", "reader");
                await Task.Delay(50, CancellationToken.None);
            }
        });
        Assert.True(result.Reads > 100, $"{result}");
    }

    [Fact]
    public async Task Hits_are_never_older_than_the_bound_when_the_server_tracks_one_key_only()
    {
        await using var server = await RedisServer.StartAsync("--tracking-table-max-keys", "1");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var result = await PlayAsync(server, client, TimeSpan.FromSeconds(1), _ => Task.CompletedTask);
        Assert.True(result.Reads > 100, $"{result}");
    }

    [Fact]
    public async Task Hits_are_never_older_than_the_bound_while_everything_is_flushed()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, new Notes()));
        for (var round = 1; round <= 20; round++)
        {
            await server.CliAsync("HSET", "note:a", "v", "1", "t", $"round {round}");
            await Eventually.TrueAsync(async () => await cache.GetAsync("a") is not null);
            await server.CliAsync("FLUSHALL");
            await Eventually.TrueAsync(() => !cache.TryGet("a", out _));
            Assert.Null(await cache.GetAsync("a"));
        }
    }

    [Fact]
    public async Task Paused_server_stops_hits_at_the_bound_and_they_come_back_with_it()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync("HSET", "note:a", "v", "1", "t", "text");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var options = new TrackedCacheOptions { MaxStaleness = TimeSpan.FromMilliseconds(150) };
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, new Notes(), options));
        await cache.GetAsync("a");
        server.Suspend();
        var paused = Stopwatch.StartNew();
        var lastHit = TimeSpan.Zero;
        await Eventually.TrueAsync(() =>
        {
            var begun = paused.Elapsed;
            var isHit = cache.TryGet("a", out _);
            lastHit = isHit ? begun : lastHit;
            return !isHit;
        });
        server.Resume();
        Assert.InRange(lastHit, TimeSpan.Zero, options.MaxStaleness);
        Assert.NotNull(await cache.GetAsync("a"));
        await Eventually.TrueAsync(() => cache.TryGet("a", out _));
    }

    [Fact]
    public async Task Fifty_thousand_records_that_end_at_once_are_never_served_after_their_end()
    {
        const int Count = 50_000;
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, new Notes()));
        string[] keys = [.. Enumerable.Range(1, Count).Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        var deadline = default(DateTimeOffset);
        var early = 0;

        // A busy machine may need longer to read them all than they live.
        for (var seconds = 2; early < Count && seconds <= 16; seconds *= 2)
        {
            deadline = TimeProvider.System.GetUtcNow().AddSeconds(seconds);
            await WriteMortalAsync(client, Count, deadline);
            foreach (var some in keys.Chunk(1000))
            {
                await Task.WhenAll(some.Select(key => cache.GetAsync(key).AsTask()));
            }

            early = keys.Count(key => cache.TryGet(key, out _));
        }

        var late = 0;
        while (TimeProvider.System.GetUtcNow() < deadline.AddMilliseconds(1500))
        {
            foreach (var key in keys)
            {
                var at = TimeProvider.System.GetUtcNow();
                late += cache.TryGet(key, out _) && at > deadline ? 1 : 0;
            }

            await Task.Yield();
        }

        output.WriteLine($"{early} of {Count} were hits before their end, {late} after it.");
        Assert.Equal(Count, early);
        Assert.Equal(0, late);
        await Eventually.TrueAsync(() => cache.GetStatistics().Records == 0);
    }

    private static async Task WriteMortalAsync(RedisClient client, int count, DateTimeOffset deadline) =>
        await client.ExecuteAsync(new RedisCommand(
            "EVAL",
            "for i = 1, ARGV[1] do redis.call('HSET', 'note:' .. i, 'v', 1, 'd', ARGV[2]) redis.call('PEXPIREAT', 'note:' .. i, ARGV[2]) end",
            0,
            count,
            deadline.ToUnixTimeMilliseconds()) { Timeout = TimeSpan.FromMinutes(1) });

    private async Task<CoherenceResult> PlayAsync(
        RedisServer server, RedisClient client, TimeSpan maxStaleness, Func<CancellationToken, Task> disturb, int minHits = 0)
    {
        var options = new TrackedCacheOptions { MaxStaleness = maxStaleness };
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, new Notes(), options));
        for (var attempt = 1; ; attempt++)
        {
            var result = await new CoherenceRun(server, cache, Duration).PlayAsync(disturb);
            output.WriteLine(result.ToString());
            Assert.InRange(result.MaxAge, TimeSpan.Zero, maxStaleness + ClockSlack);
            Assert.Equal(0, result.Backwards);
            if (result.Hits >= minHits)
            {
                return result;
            }

            // A machine so busy that every record is replaced between two looks shows nothing: once more, and once more.
            Assert.True(attempt < MaxAttempts, $"{result}");
        }
    }
}
