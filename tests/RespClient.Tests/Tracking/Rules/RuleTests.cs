using System.Diagnostics;

using RespClient.Tracking;

using TestServers;

namespace RespClient.Tests.Tracking.Rules;

/// <summary>Each rule holds, and for each there is a scenario that notices when it is broken on purpose.</summary>
public sealed class RuleTests
{
    private static readonly Dictionary<string, (Func<TrackingRules, Task<string?>> Scenario, TrackingRules Broken)> Rules = new()
    {
        ["1: tracking is on before anything is kept"] =
            (RuleScenarios.RefusedTrackingAsync, new() { TrackBeforeFill = false }),
        ["2: records are kept on the reader loop in the order of the wire"] =
            (RuleScenarios.PushRightBehindTheReplyAsync, new() { FillOnReaderLoop = false }),
        ["2: misses of one key are one read"] =
            (RuleScenarios.ThousandMissesAsync, new() { JoinReads = false }),
        ["3: a push removes the record"] =
            (RuleScenarios.PushAsync, new() { HeedPushes = false }),
        ["3: a null push removes every record"] =
            (RuleScenarios.NullPushAsync, new() { HeedPushes = false }),
        ["3: a push poisons a read under way"] =
            (RuleScenarios.PushBeforeTheReplyAsync, new() { PoisonReads = false }),
        ["4: the reply to an own write takes the record from before away"] =
            (RuleScenarios.FollowedWriteWhosePushIsLateAsync, new() { HeedOwnReplies = false }),
        ["4: a second push behind the reply to an own write is somebody else's"] =
            (RuleScenarios.ForeignWriteRightBehindTheOwnAsync, new() { HeedPushes = false }),
        ["4: written records are not kept where the push comes before the reply"] =
            (rules => RuleScenarios.OtherServersAsync(rules, ScriptTracking.PushBeforeTheReply), new() { ProveOwnPushes = false }),
        ["4: written records are not kept where scripts are not tracked"] =
            (rules => RuleScenarios.OtherServersAsync(rules, ScriptTracking.NoScripts), new() { ProveOwnPushes = false }),
        ["4: written records are not kept where a script is tracked no longer than until its own change"] =
            (rules => RuleScenarios.OtherServersAsync(rules, ScriptTracking.UntilTheChange), new() { ProveOwnPushes = false }),
        ["4: a write that is not followed removes the record before it is queued"] =
            (RuleScenarios.OwnWriteWhosePushIsLateAsync, new() { MarkOwnWrites = false }),
        ["4: an own write poisons a read under way"] =
            (RuleScenarios.ReadOvertakenByAnOwnWriteAsync, new() { MarkOwnWrites = false }),
        ["5: a lost connection drops everything"] =
            (RuleScenarios.LostConnectionAsync, new() { DropOnDisconnect = false }),
        ["6: a hit is never older than the bound"] =
            (RuleScenarios.HalfOpenNetworkAsync, new() { BoundStaleness = false }),
        ["7: a record ends at its own deadline"] =
            (RuleScenarios.ExpiredRecordAsync, new() { HonourDeadlines = false }),
        ["7: the records are bounded in bytes"] =
            (RuleScenarios.MoreThanThereIsRoomForAsync, new() { BoundBytes = false }),
    };

    public static TheoryData<string> Names => [.. Rules.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Rule_holds_in_the_scenario_made_for_it(string rule) => Assert.Null(await Rules[rule].Scenario(TrackingRules.All));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Rule_broken_on_purpose_is_noticed(string rule) => Assert.NotNull(await Rules[rule].Scenario(Rules[rule].Broken));

    /// <summary>8. What a renewal or an idle write costs: every process that keeps the record reads it again.</summary>
    [Theory]
    [InlineData("PEXPIRE", "note:a", "60000")]
    [InlineData("HSET", "note:a", "t", "text")]
    public async Task Renewal_or_a_write_of_the_same_value_invalidates_on_every_node_and_so_is_worth_skipping(params string[] command)
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync("HSET", "note:a", "v", "1", "t", "text");
        var clients = new List<RedisClient>();
        var caches = new List<TrackedCache<string, Note>>();
        for (var node = 0; node < 3; node++)
        {
            clients.Add(await RedisClient.ConnectAsync(server.ConnectionString));
            caches.Add(await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(clients[node], new Notes())));
            await caches[node].GetAsync("a");
        }

        await server.CliAsync(command);
        foreach (var cache in caches)
        {
            await Eventually.TrueAsync(() => cache.GetStatistics() is { Invalidations: 1, Records: 0 });
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_cache_that_nobody_reads_leaves_the_server_alone_until_somebody_does()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync("HSET", "note:a", "v", "1", "t", "text");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var options = new TrackedCacheOptions { MaxStaleness = TimeSpan.FromMilliseconds(100) };
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, new Notes(), options));
        await cache.GetAsync("a");
        await using var monitor = await server.MonitorAsync();

        // Pings of the last reads may still come; then there is a whole second, twenty times their interval, without any.
        await Eventually.TrueAsync(async () => !await HasPingsAsync(TimeSpan.FromSeconds(1)));

        Assert.NotNull(await cache.GetAsync("a"));
        await Eventually.TrueAsync(() => HasPingsAsync(TimeSpan.FromMilliseconds(200)));

        async ValueTask<bool> HasPingsAsync(TimeSpan during)
        {
            await monitor.CommandsAsync();
            await Task.Delay(during);
            return (await monitor.LinesAsync()).Any(command => command.Contains("PING", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Hits_go_on_over_an_idle_connection_because_it_is_pinged()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync("HSET", "note:a", "v", "1", "t", "text");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var options = new TrackedCacheOptions { MaxStaleness = TimeSpan.FromMilliseconds(400) };
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, new Notes(), options));
        await cache.GetAsync("a");
        await using var monitor = await server.MonitorAsync();
        var started = Stopwatch.GetTimestamp();
        var refused = 0;
        for (var look = 0; look < 100; look++)
        {
            await Task.Delay(20);
            refused += cache.TryGet("a", out _) ? 0 : 1;
        }

        // A busy machine may be late a few times; without pings four of five would be refused.
        Assert.InRange(refused, 0, 50);

        // One each half of the bound is due; looked at each quarter, there can never be more than one for each.
        var pings = (await monitor.LinesAsync()).Count(command => command.Contains("PING", StringComparison.Ordinal));
        Assert.InRange(pings, 4, (Stopwatch.GetElapsedTime(started) / (options.MaxStaleness / 4)) + 2);
    }
}
