using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

using RespClient.Tracking;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Tracking;

/// <summary>What a cache does over a real server, and that it says so when it cannot.</summary>
public sealed class TrackedCacheTests
{
    private readonly Notes _notes = new();

    [Fact]
    public async Task Second_read_is_a_hit_and_costs_no_command()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, _notes));
        await server.CliAsync("HSET", "note:a", "v", "1", "t", "first");
        await using var monitor = await server.MonitorAsync();
        Assert.Equal("first", (await cache.GetAsync("a"))!.Text);
        for (var number = 0; number < 100; number++)
        {
            Assert.True(cache.TryGet("a", out var note));
            Assert.Equal(1, note.Version);
        }

        Assert.Single(await monitor.CommandsAsync(), command => command.Contains("HGETALL", StringComparison.Ordinal));
        var statistics = cache.GetStatistics();
        Assert.Equal((100, 1, 1, 1), (statistics.Hits, statistics.Misses, statistics.Reads, statistics.Fills));
        Assert.InRange(statistics.Bytes, 1, 1000);
    }

    [Fact]
    public async Task Change_by_another_client_is_seen_without_asking()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, _notes));
        await server.CliAsync("HSET", "note:a", "v", "1", "t", "first");
        await cache.GetAsync("a");
        await server.CliAsync("HSET", "note:a", "v", "2", "t", "second");
        await Eventually.TrueAsync(() => !cache.TryGet("a", out _));
        Assert.Equal("second", (await cache.GetAsync("a"))!.Text);
        Assert.Equal(1, cache.GetStatistics().Invalidations);
    }

    [Fact]
    public async Task Thousand_concurrent_misses_of_one_key_are_one_read()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, _notes));
        await server.CliAsync("HSET", "note:a", "v", "1", "t", "first");
        await using var monitor = await server.MonitorAsync();
        var notes = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => cache.GetAsync("a").AsTask()));
        Assert.All(notes, note => Assert.Same(notes[0], note));
        Assert.Single(await monitor.CommandsAsync(), command => command.Contains("HGETALL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Meter_reports_what_the_cache_has_done()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, new Notes("metered:")));
        await server.CliAsync("HSET", "metered:a", "v", "1", "t", "first");
        await cache.GetAsync("a");
        await cache.GetAsync("a");
        await server.CliAsync("DEL", "metered:a");
        await Eventually.TrueAsync(() => cache.GetStatistics().Invalidations == 1);

        // Other caches of this process report under the same names.
        var seen = new ConcurrentDictionary<string, ConcurrentBag<long>>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name.StartsWith("respclient.cache.", StringComparison.Ordinal))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen.GetOrAdd(instrument.Name, _ => []).Add(value));
        listener.Start();
        listener.RecordObservableInstruments();
        foreach (var name in new[] { "hits", "misses", "reads", "invalidations" })
        {
            Assert.Contains(1, seen["respclient.cache." + name]);
        }

        Assert.Contains(0, seen["respclient.cache.bytes"]);
    }

    [Fact]
    public async Task Reads_that_cross_the_answer_of_another_reader_find_what_it_brought()
    {
        await using var server = ScriptedServer.Answering(_ => Notes.Answer(1));
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, _notes));
        for (var round = 0; round < 500; round++)
        {
            var key = $"key-{round}";
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                for (var look = 0; look < 20; look++)
                {
                    await cache.GetAsync(key);
                }
            })));
        }

        Assert.Equal(500, server.Asked.Count());
    }

    [Fact]
    public async Task Tracked_read_survives_a_lost_connection_and_its_answer_is_not_kept()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is not null)
            {
                if (connection.Number == 1)
                {
                    return;
                }

                await connection.SendAsync(Notes.Answer(connection.Number));
            }
        });
        await using var client = await RedisClient.ConnectAsync(
            new RedisClientOptions { ConnectionString = server.ConnectionString, RetriesReads = true });
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, _notes));
        Assert.Equal(2, (await cache.GetAsync("a"))!.Version);
        Assert.False(cache.TryGet("a", out _));
    }

    [Fact]
    public async Task Missing_record_is_told_as_none_and_asked_for_again()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, _notes));
        Assert.Null(await cache.GetAsync("nobody"));
        await server.CliAsync("HSET", "note:nobody", "v", "1", "t", "somebody");
        Assert.Equal("somebody", (await cache.GetAsync("nobody"))!.Text);
    }

    [Fact]
    public async Task Reader_who_cancels_leaves_the_read_to_the_others()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, _notes));
        await server.CliAsync("HSET", "note:a", "v", "1", "t", "first");
        server.Suspend();
        using var cancel = new CancellationTokenSource();
        var impatient = cache.GetAsync("a", cancel.Token).AsTask();
        var patient = cache.GetAsync("a").AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => impatient);
        server.Resume();
        Assert.Equal("first", (await patient)!.Text);
    }

    [Fact]
    public async Task Error_of_the_server_and_of_the_parser_reach_the_reader_and_nothing_is_kept()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, _notes));
        await server.CliAsync("SET", "note:text", "no hash");
        var refused = await Assert.ThrowsAsync<RedisServerException>(() => cache.GetAsync("text").AsTask());
        Assert.Equal(RedisErrorKind.WrongType, refused.Kind);
        await server.CliAsync("HSET", "note:broken", "v", "no number");
        await Assert.ThrowsAsync<RedisReplyTypeException>(() => cache.GetAsync("broken").AsTask());
        Assert.Equal(0, cache.GetStatistics().Records);
        Assert.True(client.IsConnected);
    }

    [Theory]
    [InlineData("-ERR unknown command 'HELLO'\r\n", "+OK\r\n", "RESP2")]
    [InlineData("", "-NOPERM this user has no permissions to run the 'client|tracking' command\r\n", "NOPERM")]
    public async Task Cache_is_off_and_says_why_where_the_server_cannot_or_will_not_track(string hello, string tracking, string reason)
    {
        var version = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                await connection.SendAsync(
                    command.Name == "HELLO" && hello.Length > 0 ? hello
                    : command.Text == "CLIENT TRACKING ON" ? tracking
                    : command.IsHousekeeping ? connection.HealthyAnswer(command)
                    : Notes.Answer(++version).Replace("%2", hello.Length > 0 ? "*4" : "%2", StringComparison.Ordinal));
            }
        });
        var log = new RecordingLogger();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = new TrackedCache<string, Note>(client, _notes, null, log);
        await Eventually.TrueAsync(() => log.Lines.Count == 1);
        Assert.False(cache.IsOn);
        Assert.Contains(reason, cache.OffReason, StringComparison.Ordinal);
        Assert.Contains(reason, log.Lines.Single(), StringComparison.Ordinal);
        Assert.Equal(1, (await cache.GetAsync("a"))!.Version);
        Assert.Equal(2, (await cache.GetAsync("a"))!.Version);
        Assert.False(cache.TryGet("a", out _));
    }

    [Theory]
    [InlineData(100, 1000, "MaxBytes")]
    [InlineData(1 << 20, 40, "MaxStaleness")]
    [InlineData(1 << 20, 100_000, "MaxStaleness")]
    public async Task Option_out_of_its_range_is_refused_by_name(long maxBytes, int staleness, string name)
    {
        await using var client = new RedisClient(new RedisClientOptions { ConnectionString = "127.0.0.1:1" });
        var options = new TrackedCacheOptions { MaxBytes = maxBytes, MaxStaleness = TimeSpan.FromMilliseconds(staleness) };
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => new TrackedCache<string, Note>(client, _notes, options));
        Assert.Equal(name, refused.ParamName);
    }

    internal static async Task<TrackedCache<string, Note>> KeepsWritesAsync(TrackedCache<string, Note> cache)
    {
        await Eventually.TrueAsync(() => cache.KeepsWrites);
        return cache;
    }

    internal static async Task<TrackedCache<string, Note>> OnAsync(TrackedCache<string, Note> cache)
    {
        await Eventually.TrueAsync(() => cache.IsOn);
        return cache;
    }
}
