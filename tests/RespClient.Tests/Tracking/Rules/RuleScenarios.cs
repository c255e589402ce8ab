using RespClient.Tracking;

using TestServers;
using TestServers.Proxy;
using TestServers.Scripted;

namespace RespClient.Tests.Tracking.Rules;

/// <summary>
/// For each rule the events on the wire in which it matters. A scenario returns what went wrong, or null; with the rule
/// broken it must return something, or it shows nothing.
/// </summary>
internal static class RuleScenarios
{
    private static readonly Notes Notes = new();

    /// <summary>1. A server that does not track: what is kept there is never taken back.</summary>
    public static async Task<string?> RefusedTrackingAsync(TrackingRules rules)
    {
        var version = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                await connection.SendAsync(
                    command.Text == "CLIENT TRACKING ON" ? "-ERR no tracking here\r\n"
                    : command.IsHousekeeping ? connection.HealthyAnswer(command)
                    : Notes.Answer(++version));
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = new TrackedCache<string, Note>(client, Notes, null, null, rules);
        await Eventually.TrueAsync(() => server.Received.Any(command => command.Text == "CLIENT TRACKING ON"));
        await cache.GetAsync("a");
        return (await cache.GetAsync("a"))!.Version == 2 ? null : "a record was kept that nobody tracks";
    }

    /// <summary>2. The reply and the push behind it arrive together.</summary>
    public static async Task<string?> PushRightBehindTheReplyAsync(TrackingRules rules)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                await connection.SendAsync(Notes.Answer(1) + Notes.Push(command[0]));
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, Notes, null, null, rules));
        for (var number = 0; number < 200; number++)
        {
            await cache.GetAsync($"key-{number}");
        }

        await Eventually.TrueAsync(() => cache.GetStatistics().Invalidations == 200);
        await Task.Delay(20);
        return cache.GetStatistics().Records == 0 ? null : "a record was kept after the push that took it back";
    }

    /// <summary>2. A thousand readers at once.</summary>
    public static async Task<string?> ThousandMissesAsync(TrackingRules rules)
    {
        var hold = new TaskCompletionSource();
        await using var server = VersionedServer(beforeFirstRead: hold.Task);
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, Notes, null, null, rules));
        var readers = Enumerable.Range(0, 1000).Select(_ => cache.GetAsync("a").AsTask()).ToArray();
        hold.SetResult();
        await Task.WhenAll(readers);
        var reads = server.Asked.Count();
        return reads == 1 ? null : $"{reads} reads for one key";
    }

    /// <summary>3. Somebody changed the record, or every record.</summary>
    public static Task<string?> PushAsync(TrackingRules rules) => PushAsync(rules, Notes.Push("note:a"));

    public static Task<string?> NullPushAsync(TrackingRules rules) => PushAsync(rules, Notes.PushEverything);

    /// <summary>3. The push overtakes the reply of a read.</summary>
    public static async Task<string?> PushBeforeTheReplyAsync(TrackingRules rules)
    {
        var version = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                await connection.SendAsync((version == 0 ? Notes.Push(command[0]) : "") + Notes.Answer(++version));
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, Notes, null, null, rules));
        await cache.GetAsync("a");
        return (await cache.GetAsync("a"))!.Version == 2 ? null : "a read that a push had overtaken was kept";
    }

    /// <summary>4. The own write is answered, and its push is still on the way: nobody knows whether one comes.</summary>
    public static async Task<string?> FollowedWriteWhosePushIsLateAsync(TrackingRules rules)
    {
        await using var server = VersionedServer();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, Notes, null, null, rules));
        await cache.GetAsync("a");
        await cache.Writer("a", (_, _) => TrackedItem.DoNotKeep<Note>()).ExecuteAsync(new RedisCommand("HINCRBY", "note:a", "v", 1));
        return (await cache.GetAsync("a"))!.Version == 2 ? null : "the writer did not see his own write";
    }

    /// <summary>4. Somebody else writes right behind the own write: two pushes in a row.</summary>
    public static async Task<string?> ForeignWriteRightBehindTheOwnAsync(TrackingRules rules)
    {
        await using var server = new TrackingServer(ScriptTracking.PushBehindTheReply) { HasBusyOthers = true }.Start();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = new TrackedCache<string, Note>(client, Notes, Notes.KeepingWrites(), null, rules);
        await TrackedCacheTests.KeepsWritesAsync(cache);
        await Notes.WriteAsync(cache, "a", "text");
        await client.ExecuteAsync(new RedisCommand("PING"));
        return cache.TryGet("a", out _) ? "the push of somebody else's write was taken for the own one's" : null;
    }

    /// <summary>4. A server whose scripts and pushes go another way; behind the own write, somebody else's.</summary>
    public static async Task<string?> OtherServersAsync(TrackingRules rules, ScriptTracking scripts)
    {
        await using var server = new TrackingServer(scripts).Start();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, Notes, Notes.KeepingWrites(), null, rules));
        await cache.GetAsync("a");
        await Notes.WriteAsync(cache, "a", "text");

        // Not through the cache: for it, somebody else has written.
        var version = await client.ExecuteAsync(new RedisCommand("HINCRBY", "note:a", "v", 1));
        await client.ExecuteAsync(new RedisCommand("PING"));
        return (await cache.GetAsync("a"))!.Version == version.AsInt64() ? null : "a written record was kept that nobody tracks";
    }

    /// <summary>4. The own write is answered, and its push is still on the way.</summary>
    public static async Task<string?> OwnWriteWhosePushIsLateAsync(TrackingRules rules)
    {
        await using var server = VersionedServer();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, Notes, null, null, rules));
        await cache.GetAsync("a");
        using (cache.BeginWrite("a"))
        {
            await client.ExecuteAsync(new RedisCommand("HINCRBY", "note:a", "v", 1));
        }

        return (await cache.GetAsync("a"))!.Version == 2 ? null : "the writer did not see his own write";
    }

    /// <summary>4. A read is under way when the own write begins, and is answered first with the old record.</summary>
    public static async Task<string?> ReadOvertakenByAnOwnWriteAsync(TrackingRules rules)
    {
        var hold = new TaskCompletionSource();
        await using var server = VersionedServer(beforeFirstRead: hold.Task);
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, Notes, null, null, rules));
        var reading = cache.GetAsync("a").AsTask();
        await Eventually.TrueAsync(() => server.Asked.Any());
        using (cache.BeginWrite("a"))
        {
            var writing = client.ExecuteAsync(new RedisCommand("HINCRBY", "note:a", "v", 1)).AsTask();
            hold.SetResult();
            await writing;
        }

        await reading;
        return (await cache.GetAsync("a"))!.Version == 2 ? null : "the old record was kept over the own write";
    }

    /// <summary>5. The connection is lost; while it was, the record changed.</summary>
    public static async Task<string?> LostConnectionAsync(TrackingRules rules)
    {
        await using var server = VersionedServer(versionPerConnection: true);
        await using var proxy = FaultProxy.Start(server.Port);
        await using var client = await RedisClient.ConnectAsync(proxy.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, Notes, null, null, rules));
        await cache.GetAsync("a");
        proxy.ResetAll();
        await Eventually.TrueAsync(() => server.Connections == 2 && client.IsConnected);
        await client.ExecuteAsync(new RedisCommand("GET", "anything"));
        return (await cache.GetAsync("a"))!.Version == 2 ? null : "a record outlived its connection";
    }

    /// <summary>6. The network is gone and nobody says so.</summary>
    public static async Task<string?> HalfOpenNetworkAsync(TrackingRules rules)
    {
        await using var server = VersionedServer();
        await using var proxy = FaultProxy.Start(server.Port);
        await using var client = await RedisClient.ConnectAsync(proxy.ConnectionString);
        var options = new TrackedCacheOptions { MaxStaleness = TimeSpan.FromMilliseconds(200) };
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, Notes, options, null, rules));
        await cache.GetAsync("a");
        proxy.HalfOpen();
        await Task.Delay(260);
        return cache.TryGet("a", out _) ? "a hit was older than the bound" : null;
    }

    /// <summary>7. The record has ended and the server has not said so.</summary>
    public static async Task<string?> ExpiredRecordAsync(TrackingRules rules)
    {
        await using var server = VersionedServer();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var mortal = new Notes { Lifetime = TimeSpan.FromMilliseconds(40) };
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, mortal, null, null, rules));
        await cache.GetAsync("a");
        await Task.Delay(60);
        return cache.TryGet("a", out _) ? "a hit came after the end of its record" : null;
    }

    /// <summary>7. More records than there is room for.</summary>
    public static async Task<string?> MoreThanThereIsRoomForAsync(TrackingRules rules)
    {
        var text = new string('x', 500);
        await using var server = ScriptedServer.Answering(_ => Notes.Answer(1, text));
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var options = new TrackedCacheOptions { MaxBytes = 64 * 1024 };
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, Notes, options, null, rules));
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(number => cache.GetAsync($"key-{number}").AsTask()));
        var statistics = cache.GetStatistics();
        return statistics.Bytes <= options.MaxBytes && statistics.Evictions > 0 ? null : $"{statistics.Bytes} bytes were kept";
    }

    private static async Task<string?> PushAsync(TrackingRules rules, string push)
    {
        var pushed = new TaskCompletionSource();
        await using var server = VersionedServer(
            onWrite: async connection =>
            {
                await connection.SendAsync(push);
                pushed.SetResult();
            });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await OnAsync(new TrackedCache<string, Note>(client, Notes, null, null, rules));
        await cache.GetAsync("a");

        // Not marked as a write of this cache: for it, somebody else has written.
        await client.ExecuteAsync(new RedisCommand("HINCRBY", "note:a", "v", 1));
        return (await cache.GetAsync("a"))!.Version == 2 ? null : "a push was not heeded";
    }

    /// <summary>A server with one record. HGETALL reads it, HINCRBY counts its version up and pushes nothing by itself.</summary>
    private static ScriptedServer VersionedServer(
        Task? beforeFirstRead = null, bool versionPerConnection = false, Func<ScriptedConnection, Task>? onWrite = null)
    {
        var version = 1;
        return ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                switch (command.Name)
                {
                    case "HGETALL":
                        await (beforeFirstRead ?? Task.CompletedTask);
                        await connection.SendAsync(Notes.Answer(versionPerConnection ? connection.Number : version));
                        break;
                    case "HINCRBY":
                        version++;
                        await (onWrite?.Invoke(connection) ?? Task.CompletedTask);
                        await connection.SendAsync($":{version}\r\n");
                        break;
                    default:
                        await connection.SendAsync("_\r\n");
                        break;
                }
            }
        });
    }

    private static Task<TrackedCache<string, Note>> OnAsync(TrackedCache<string, Note> cache) => TrackedCacheTests.OnAsync(cache);
}
