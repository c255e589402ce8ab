using System.Diagnostics;
using System.Globalization;

using RespClient.Tracking;

using TestServers;

namespace RespClient.Tests.Tracking.Coherence;

/// <summary>What happens to many records at once, and is told by another word of the server than a change of one.</summary>
public sealed class WholeDatabaseTests
{
    private const int Count = 100;

    private static readonly TrackedCacheOptions Options = new() { MaxStaleness = TimeSpan.FromMilliseconds(300) };
    private static readonly string[] Keys = [.. Enumerable.Range(1, Count).Select(number => number.ToString(CultureInfo.InvariantCulture))];

    [Theory]
    [InlineData("FLUSHALL")]
    [InlineData("FLUSHALL", "ASYNC")]
    [InlineData("FLUSHALL", "SYNC")]
    [InlineData("FLUSHDB")]
    [InlineData("FLUSHDB", "ASYNC")]
    public async Task Nothing_that_was_flushed_is_served_beyond_the_bound(params string[] flush)
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await FilledAsync(server, client, TrackingRules.All);
        Assert.Equal(Count, cache.GetStatistics().Records);
        Assert.Equal("OK", await server.CliAsync(flush));
        Assert.Null(await LateHitAsync(cache));
        await Eventually.TrueAsync(() => cache.GetStatistics().Records == 0);
    }

    [Fact]
    public async Task Nothing_that_the_server_evicted_for_want_of_memory_is_served_beyond_the_bound()
    {
        await using var server = await RedisServer.StartAsync("--maxmemory-policy", "allkeys-random");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await FilledAsync(server, client, TrackingRules.All);
        Assert.Equal(Count, cache.GetStatistics().Records);
        await EvictAsync(server);
        Assert.Null(await LateHitAsync(cache));
        await Eventually.TrueAsync(() => cache.GetStatistics().Records == 0);
    }

    [Fact]
    public async Task With_a_tracking_table_that_overflows_no_record_outlives_its_change_beyond_the_bound()
    {
        await using var server = await RedisServer.StartAsync("--tracking-table-max-keys", "10");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await FilledAsync(server, client, TrackingRules.All);

        // The server has said of what it no longer tracks that it may have changed.
        await Eventually.TrueAsync(() => cache.GetStatistics().Invalidations >= Count - 20);
        Assert.InRange(cache.GetStatistics().Records, 1, 20);
        await server.CliAsync("EVAL", $"for i = 1, {Count} do redis.call('HINCRBY', 'note:' .. i, 'v', 1) end", "0");
        Assert.Null(await LateHitAsync(cache));
        Assert.All(await Task.WhenAll(Keys.Select(key => cache.GetAsync(key).AsTask())), note => Assert.Equal(2, note!.Version));
    }

    [Theory]
    [InlineData("flushed")]
    [InlineData("evicted")]
    public async Task A_cache_that_heeds_no_push_is_caught_serving_beyond_the_bound(string what)
    {
        await using var server = await RedisServer.StartAsync("--maxmemory-policy", "allkeys-random");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await FilledAsync(server, client, new TrackingRules { HeedPushes = false });
        await (what == "flushed" ? server.CliAsync("FLUSHALL", "ASYNC") : EvictAsync(server));
        Assert.NotNull(await WaitForLateHitAsync(cache));
    }

    /// <summary>
    /// The exception that docs/guarantees.md names: SWAPDB tells nobody. A server that does tell fails this test, and the
    /// exception can go.
    /// </summary>
    [Theory]
    [InlineData("CLIENT", "KILL", "TYPE", "normal")]
    [InlineData("-n", "1", "FLUSHDB")]
    [InlineData("HSET", "note:1", "t", "new", "v", "7")]
    [InlineData("DEL", "note:1")]
    public async Task After_swapdb_a_record_is_served_until_the_server_says_something_of_it_and_then_no_longer(params string[] remedy)
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await server.CliAsync("-n", "1", "HSET", "note:1", "v", "5", "t", "other");
        await using var cache = await FilledAsync(server, client, TrackingRules.All);
        Assert.Equal("OK", await server.CliAsync("SWAPDB", "0", "1"));
        Assert.NotNull(await WaitForLateHitAsync(cache));
        await server.CliAsync(remedy);
        Assert.Null(await LateHitAsync(cache, "1"));
        var expected = remedy[0] switch { "HSET" => "new", "DEL" => null, _ => "other" };
        await Eventually.TrueAsync(async () => await TextAsync(cache) == expected);
    }

    [Fact]
    public async Task After_swapdb_a_record_still_ends_at_its_own_deadline()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var lifetime = TimeSpan.FromMilliseconds(700);
        await using var cache = await FilledAsync(server, client, TrackingRules.All, lifetime);
        Assert.Equal("OK", await server.CliAsync("SWAPDB", "0", "1"));
        Assert.Null(await LateHitAsync(cache, within: lifetime));
        Assert.Null(await cache.GetAsync("1"));
    }

    private static async Task EvictAsync(RedisServer server)
    {
        await server.CliAsync("CONFIG", "SET", "maxmemory", "1");
        await Eventually.TrueAsync(async () => await server.CliAsync("DBSIZE") == "0");
    }

    private static async Task<TrackedCache<string, Note>> FilledAsync(
        RedisServer server, RedisClient client, TrackingRules rules, TimeSpan? lifetime = null)
    {
        await server.CliAsync("EVAL", $"for i = 1, {Count} do redis.call('HSET', 'note:' .. i, 'v', 1, 't', 'old') end", "0");
        var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, new Notes { Lifetime = lifetime }, Options, null, rules));
        await Task.WhenAll(Keys.Select(key => cache.GetAsync(key).AsTask()));
        return cache;
    }

    /// <summary>
    /// Looks everything up again and again for twice the bound, or until nothing is kept any more. Returns a key that was
    /// served later than the bound allows after now; null: none was.
    /// </summary>
    private static Task<string?> LateHitAsync(TrackedCache<string, Note> cache, string? only = null, TimeSpan? within = null) =>
        LateHitAsync(cache, only, within ?? Options.MaxStaleness, 2 * (within ?? Options.MaxStaleness));

    /// <summary>As <see cref="LateHitAsync(TrackedCache{string, Note}, string?, TimeSpan?)"/>, but goes on until there is one.</summary>
    private static Task<string?> WaitForLateHitAsync(TrackedCache<string, Note> cache) =>
        LateHitAsync(cache, null, Options.MaxStaleness, TimeSpan.FromSeconds(10));

    private static async Task<string?> LateHitAsync(TrackedCache<string, Note> cache, string? only, TimeSpan bound, TimeSpan until)
    {
        var since = Stopwatch.StartNew();
        while (since.Elapsed < until && cache.GetStatistics().Records > 0)
        {
            foreach (var key in only is null ? Keys : [only])
            {
                var begun = since.Elapsed;
                if (cache.TryGet(key, out _) && begun > bound)
                {
                    return key;
                }
            }

            await Task.Yield();
        }

        return null;
    }

    private static async Task<string?> TextAsync(TrackedCache<string, Note> cache)
    {
        try
        {
            return (await cache.GetAsync("1"))?.Text;
        }
        catch (RedisException)
        {
            return "the connection was lost";
        }
    }
}
