using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

using RespClient.Commands;
using RespClient.Protocol;
using RespClient.Tracking;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Tracking;

/// <summary>What becomes of records that are written through the cache.</summary>
public sealed class WriterTests
{
    private readonly Notes _notes = new();

    [Fact]
    public async Task Written_record_is_a_hit_without_another_command_and_stays_tracked()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await KeepingAsync(client);
        await using var monitor = await server.MonitorAsync();
        Assert.Equal(1, await _notes.WriteAsync(cache, "a", "mine"));
        Assert.True(cache.TryGet("a", out var note));
        Assert.Equal("mine", note.Text);
        Assert.Single(await monitor.CommandsAsync(), IsNoPing);

        // The script's last read has made the server track the key again: a foreign change is noticed.
        await server.CliAsync("HSET", "note:a", "v", "7", "t", "theirs");
        await Eventually.TrueAsync(() => !cache.TryGet("a", out _));
        Assert.Equal("theirs", (await cache.GetAsync("a"))!.Text);
    }

    [Fact]
    public async Task Writers_of_one_record_at_the_same_time_build_on_what_the_others_wrote_and_it_is_never_read_again()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await KeepingAsync(client);
        await _notes.WriteAsync(cache, "a", "0");
        await Task.WhenAll(Enumerable.Range(1, 500).Select(async number =>
        {
            var text = number.ToString(CultureInfo.InvariantCulture);
            var writer = cache.Writer("a", (written, current) =>
                current is not null && written.AsInt64() == current.Version + 1
                    ? Notes.Kept(written, current.Text + "," + text)
                    : TrackedItem.DoNotKeep<Note>());
            var version = (await writer.ExecuteAsync(new RedisCommand("EVAL", Notes.WriteScript, 1, "note:a", text))).AsInt64();
            Assert.True(cache.TryGet("a", out var note));
            Assert.True(note.Version >= version);
        }));

        Assert.True(cache.TryGet("a", out var last));
        Assert.Equal(501, last.Version);
        Assert.Equal(Enumerable.Range(0, 501), last.Text.Split(',').Select(int.Parse).Order());
        Assert.Equal(0, cache.GetStatistics().Reads);
    }

    [Fact]
    public async Task Record_from_before_is_served_until_the_write_is_answered()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await KeepingAsync(client);
        await _notes.WriteAsync(cache, "a", "before");
        server.Suspend();
        var writing = _notes.WriteAsync(cache, "a", "after");
        var served = cache.TryGet("a", out var note);
        server.Resume();
        await writing;
        Assert.True(served);
        Assert.Equal("before", note!.Text);
        Assert.True(cache.TryGet("a", out note));
        Assert.Equal("after", note.Text);
    }

    [Fact]
    public async Task Write_that_meets_a_forgotten_script_is_run_and_kept_all_the_same()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await KeepingAsync(client);
        var script = new LuaScript(Notes.WriteScript);
        var reply = await script.ExecuteAsync(cache.Writer("a", (written, _) => Notes.Kept(written, "text")), ["note:a"], ["text"]);
        Assert.Equal(1, reply.AsInt64());
        Assert.True(cache.TryGet("a", out _));
    }

    [Fact]
    public async Task Write_that_fails_at_the_server_takes_the_record_away_and_is_told_to_its_caller()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await KeepingAsync(client);
        await _notes.WriteAsync(cache, "a", "text");
        var writer = cache.Writer("a", (written, _) => Notes.Kept(written, "never"));
        await Assert.ThrowsAsync<RedisServerException>(() => writer.ExecuteAsync(new RedisCommand("LPUSH", "note:a", "x")).AsTask());
        Assert.False(cache.TryGet("a", out _));
        Assert.Equal("text", (await cache.GetAsync("a"))!.Text);
    }

    [Fact]
    public async Task Who_cannot_say_what_was_written_leaves_the_next_read_to_the_server()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await KeepingAsync(client);
        await _notes.WriteAsync(cache, "a", "text");
        Func<RespValue, Note?, TrackedItem<Note>>[] silent =
            [(_, _) => TrackedItem.DoNotKeep<Note>(), (_, _) => throw new InvalidOperationException("the caller's own fault")];
        foreach (var keep in silent)
        {
            await cache.Writer("a", keep).ExecuteAsync(new RedisCommand("EVAL", Notes.WriteScript, 1, "note:a", "text"));
            Assert.False(cache.TryGet("a", out _));
            await cache.GetAsync("a");
        }

        Assert.Equal(2, cache.GetStatistics().Reads);
        Assert.True(client.IsConnected);
    }

    [Fact]
    public async Task Write_that_would_change_the_shared_connection_is_refused_like_anywhere_else()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await KeepingAsync(client);
        await Assert.ThrowsAsync<InvalidOperationException>(() => cache
            .Writer("a", (written, _) => Notes.Kept(written, "text"))
            .ExecuteAsync(new RedisCommand("SELECT", 1))
            .AsTask());

        // The mark of the failed write is gone: the record can be kept.
        await server.CliAsync("HSET", "note:a", "v", "1", "t", "text");
        await cache.GetAsync("a");
        Assert.True(cache.TryGet("a", out _));
    }

    [Fact]
    public async Task Written_records_are_not_kept_where_nobody_has_tried_the_server()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, _notes));
        Assert.False(cache.KeepsWrites);
        Assert.Equal(1, await _notes.WriteAsync(cache, "a", "mine"));
        Assert.False(cache.TryGet("a", out _));
        Assert.Equal("mine", (await cache.GetAsync("a"))!.Text);
    }

    [Fact]
    public async Task Written_records_are_not_kept_and_the_log_says_so_where_the_user_may_run_no_scripts()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync("ACL", "SETUSER", "reader", "on", "nopass", "~*", "+@all", "-eval");
        var log = new RecordingLogger();
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},user=reader,password=any");
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, _notes, Notes.KeepingWrites(), log));
        await Eventually.TrueAsync(() => log.Lines.Any(line => line.Contains("read again", StringComparison.Ordinal)));
        Assert.False(cache.KeepsWrites);
        Assert.True(cache.IsOn);
    }

    [Fact]
    public async Task Write_that_found_nothing_to_change_leaves_the_record_as_it_is()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await KeepingAsync(client);
        await _notes.WriteAsync(cache, "a", "text");
        await cache.Writer("a", (_, _) => TrackedItem.Unchanged<Note>()).ExecuteAsync(new RedisCommand("HGET", "note:a", "v"));
        Assert.True(cache.TryGet("a", out var note));
        Assert.Equal("text", note.Text);
    }

    [Fact]
    public async Task Script_that_does_not_read_what_it_changes_is_found_out_and_its_record_dropped()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await KeepingAsync(client);
        await cache.Writer("a", (_, _) => Notes.Kept(RespValue.FromInt64(1), "blind")).ExecuteAsync(new RedisCommand("HSET", "note:a", "v", 1));
        Assert.True(cache.TryGet("a", out _));
        await _notes.WriteAsync(cache, "b", "text");

        Assert.False(cache.TryGet("a", out _));
        Assert.False(cache.KeepsWrites);
    }

    [Fact]
    public async Task Server_that_was_full_when_it_was_tried_is_tried_again()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync("CONFIG", "SET", "maxmemory", "1");
        var log = new RecordingLogger();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, _notes, Notes.KeepingWrites(), log));
        await client.ExecuteAsync(new RedisCommand("PING"));
        Assert.False(cache.KeepsWrites);
        await server.CliAsync("CONFIG", "SET", "maxmemory", "0");

        await TrackedCacheTests.KeepsWritesAsync(cache);
        Assert.DoesNotContain(log.Lines, line => line.Contains("read again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Server_that_was_too_busy_to_turn_tracking_on_is_asked_again()
    {
        var asked = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                await connection.SendAsync(
                    command.Text == "CLIENT TRACKING ON" && ++asked == 1 ? "-BUSY a script runs\r\n"
                    : command.IsHousekeeping ? connection.HealthyAnswer(command)
                    : Notes.Answer(1));
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, _notes));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task Cache_that_is_disposed_while_tracking_is_turned_on_stays_off()
    {
        var hold = new TaskCompletionSource();
        var version = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                await (command.Text == "CLIENT TRACKING ON" ? hold.Task : Task.CompletedTask);
                await connection.SendAsync(command.IsHousekeeping ? connection.HealthyAnswer(command) : Notes.Answer(++version));
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var cache = new TrackedCache<string, Note>(client, _notes);
        await Eventually.TrueAsync(() => server.Received.Any(command => command.Text == "CLIENT TRACKING ON"));
        await cache.DisposeAsync();
        hold.SetResult();
        Assert.Equal(1, (await cache.GetAsync("a"))!.Version);
        Assert.Equal(2, (await cache.GetAsync("a"))!.Version);
        Assert.False(cache.IsOn);
    }

    [Fact]
    public async Task Write_that_is_cancelled_before_the_call_is_not_sent()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await KeepingAsync(client);
        var writer = cache.Writer("a", (written, _) => Notes.Kept(written, "never"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer
            .ExecuteAsync(new RedisCommand("EVAL", Notes.WriteScript, 1, "note:a", "never"), new CancellationToken(canceled: true))
            .AsTask());
        await client.ExecuteAsync(new RedisCommand("PING"));
        Assert.Equal("0", await server.CliAsync("EXISTS", "note:a"));
    }

    [Fact]
    public async Task Write_has_a_span_like_any_other_command()
    {
        var names = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "RespClient",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => names.Enqueue(activity.DisplayName),
        };
        ActivitySource.AddActivityListener(listener);
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, _notes));
        await _notes.WriteAsync(cache, "a", "text");
        Assert.Contains("EVAL", names);
    }

    private static bool IsNoPing(string command) => !command.Contains("PING", StringComparison.Ordinal);

    private async Task<TrackedCache<string, Note>> KeepingAsync(RedisClient client) =>
        await TrackedCacheTests.KeepsWritesAsync(new TrackedCache<string, Note>(client, _notes, Notes.KeepingWrites()));
}
