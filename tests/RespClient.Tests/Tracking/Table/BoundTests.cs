using RespClient.Tracking;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Tracking.Table;

/// <summary>How much is kept and how old it gets, exactly at the bounds and one beyond; the clock goes on by hand.</summary>
public sealed class BoundTests
{
    private const int Overhead = TrackedEntries<string, string>.OverheadBytes;

    private readonly HandClock _clock = new();

    [Fact]
    public void A_record_that_fills_all_room_is_kept_and_one_byte_more_is_not()
    {
        var entries = new TrackedEntries<string, string>(1000);
        Assert.False(entries.Put("a", "a", 1001 - Overhead, long.MaxValue));
        Assert.True(entries.Put("a", "a", 1000 - Overhead, long.MaxValue));
        Assert.Equal((1, 1000L), (entries.Count, entries.Bytes));

        Assert.True(entries.Put("b", "b", 100, long.MaxValue));
        Assert.Equal((1, 100L + Overhead), (entries.Count, entries.Bytes));
        Assert.True(entries.Put("b", "b", 200, long.MaxValue));
        Assert.Equal((1, 200L + Overhead), (entries.Count, entries.Bytes));

        entries.Clear();
        Assert.Equal((0, 0L), (entries.Count, entries.Bytes));
    }

    [Fact]
    public void Of_records_without_room_those_go_first_that_nobody_has_used()
    {
        var entries = new TrackedEntries<string, string>(2 * Overhead);
        entries.Put("a", "a", 0, long.MaxValue);
        entries.Put("b", "b", 0, long.MaxValue);
        Assert.True(entries.TryGet("a", 0, out _));

        entries.Put("c", "c", 0, long.MaxValue);

        Assert.Equal(("a", null, "c", 1L), (entries.Peek("a"), entries.Peek("b"), entries.Peek("c"), entries.Evictions));
        Assert.False(entries.TryGet("a", long.MaxValue, out _)); // at its very end
    }

    [Fact]
    public async Task Every_key_that_a_push_names_is_dropped_and_what_is_being_read_then_is_not_kept()
    {
        var answers = new Queue<string>(
        [
            Notes.Answer(1), Notes.Answer(2), ">2\r\n$10\r\ninvalidate\r\n*2\r\n$6\r\nnote:a\r\n$6\r\nnote:b\r\n" + Notes.Answer(3),
            Notes.PushEverything + Notes.Answer(4), Notes.Answer(5),
        ]);
        await using var server = Server(async (connection, _) => await connection.SendAsync(answers.Dequeue()));
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, new Notes(), new() { MaxStaleness = TimeSpan.FromMinutes(1) }));
        await cache.GetAsync("a");
        await cache.GetAsync("b");

        await cache.GetAsync("c");
        Assert.False(cache.TryGet("a", out _));
        Assert.False(cache.TryGet("b", out _));
        Assert.True(cache.TryGet("c", out _));
        Assert.Equal(4, (await cache.GetAsync("d"))!.Version);
        Assert.False(cache.TryGet("c", out _));
        Assert.Equal(5, (await cache.GetAsync("d"))!.Version);
    }

    [Theory]
    [InlineData(1000, false)]
    [InlineData(10_000, true)]
    public async Task A_hit_is_as_old_as_the_question_of_the_newest_answer_and_no_older_than_the_bound_that_was_set(int bound, bool isServed)
    {
        var hold = new TaskCompletionSource();
        await using var server = Server(async (connection, _) =>
        {
            await hold.Task;
            await connection.SendAsync(Notes.Answer(1));
            await connection.StareAsync(); // no sign of life any more
        });
        await using var client = await ConnectAsync(server);
        await using var cache = await TrackedCacheTests.OnAsync(
            new TrackedCache<string, Note>(client, new Notes(), new() { MaxStaleness = TimeSpan.FromMilliseconds(bound) }));

        var read = cache.GetAsync("a").AsTask();
        await Eventually.TrueAsync(() => server.Asked.Any(command => command.Name == "HGETALL"));
        _clock.Advance(TimeSpan.FromSeconds(3));
        hold.SetResult();

        Assert.Equal(1, (await read)!.Version);
        Assert.Equal(isServed, cache.TryGet("a", out _));
    }

    [Fact]
    public async Task A_read_that_is_under_way_for_longer_than_the_bound_is_joined_by_nobody()
    {
        var hold = new TaskCompletionSource();
        await using var server = Server(async (connection, _) =>
        {
            await hold.Task;
            await connection.SendAsync(Notes.Answer(1));
        });
        await using var client = await ConnectAsync(server);
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, new Notes()));

        var first = cache.GetAsync("a").AsTask();
        var joined = cache.GetAsync("a").AsTask();
        _clock.Advance(TimeSpan.FromSeconds(2));
        var anew = cache.GetAsync("a").AsTask();
        Assert.Equal((3L, 2L), (cache.GetStatistics().Misses, cache.GetStatistics().Reads));
        hold.SetResult();

        Assert.All(await Task.WhenAll(first, joined, anew), note => Assert.Equal(1, note!.Version));
    }

    [Fact]
    public async Task A_cache_keeps_no_more_bytes_than_it_was_told_to()
    {
        var version = 0;
        await using var server = Server((connection, _) => connection.SendAsync(Notes.Answer(++version, new string('x', 1000))));
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, new Notes(), new() { MaxBytes = 5000 }));

        foreach (var key in (string[])["a", "b", "c", "d"])
        {
            await cache.GetAsync(key);
        }

        // Each takes 2000 bytes and what is around it.
        Assert.Equal((2, 2L), (cache.GetStatistics().Records, cache.GetStatistics().Evictions));
    }

    private Task<RedisClient> ConnectAsync(ScriptedServer server) =>
        RedisClient.ConnectAsync(new RedisClientOptions { ConnectionString = server.ConnectionString + ",asyncTimeout=60000,keepAlive=3600", TimeProvider = _clock });

    private static ScriptedServer Server(Func<ScriptedConnection, ReceivedCommand, Task> answer) => ScriptedServer.Start(async connection =>
    {
        while (await connection.NextAsync() is { } command)
        {
            await answer(connection, command);
        }
    });

    private sealed class HandClock : TimeProvider
    {
        private long _shift;

        public void Advance(TimeSpan time) => Interlocked.Add(ref _shift, (long)(time.TotalSeconds * TimestampFrequency));

        public override long GetTimestamp() => System.GetTimestamp() + Interlocked.Read(ref _shift);
    }
}
