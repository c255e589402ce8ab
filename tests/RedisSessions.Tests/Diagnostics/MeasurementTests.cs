using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Tests.Hosting;

using TestServers;

namespace RedisSessions.Tests.Diagnostics;

/// <summary>Counters equal what MONITOR shows; loads and commits leave spans.</summary>
public sealed class MeasurementTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task The_counters_of_a_life_of_a_session_equal_the_commands_that_monitor_shows()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/set?k=a&v=2");
        await browser.GetAsync("/destroy");
        browser.Cookie = new string('A', 43);
        await browser.GetAsync("/get?k=a");
        browser.Cookie = null;
        using var counters = new Counters(app.Get<IMeterFactory>());
        await using var monitor = await redis.Server.MonitorAsync();

        foreach (var path in (string[])["/get?k=a", "/set?k=a&v=1", "/get?k=a", "/get?k=a", "/set?k=a&v=2", "/refresh", "/renew", "/destroy"])
        {
            await browser.GetAsync(path);
        }

        browser.Cookie = new string('A', 43);
        await browser.GetAsync("/get?k=a");
        browser.Cookie = "no id";
        await browser.GetAsync("/get?k=a");

        var commands = await monitor.SessionCommandsAsync();
        Assert.Equal(commands.Count(line => line.StartsWith("\"HGETALL\"", StringComparison.Ordinal)), counters["loaded"]);
        // One more: that there is no record under the unknown id is asked twice.
        Assert.Equal(commands.Count(line => line.StartsWith("\"EVALSHA\"", StringComparison.Ordinal)), counters["committed"] + 1);
        Assert.Equal(commands.Count(line => line.StartsWith("\"UNLINK\"", StringComparison.Ordinal)), counters["destroyed"]);
        Assert.Equal(6, counters["loaded", "redis"]);
        Assert.Equal(1, counters["loaded", "missing"]);
        Assert.Equal((1L, 4L, 3L, 1L, 1L), (
            counters["created"], counters["committed"], counters["renewed"], counters["destroyed"], counters["rejected_ids"]));
        Assert.Equal(7, counters["load.duration"]);
        Assert.Equal(5, counters["commit.duration"]);
    }

    [Fact]
    public async Task Hits_of_the_near_cache_conflicts_and_lost_commits_are_counted()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.NearCacheBytes = 1024 * 1024);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/count");
        using (var warm = new Counters(app.Get<IMeterFactory>()))
        {
            // Tracking is switched on behind the first connection.
            await Eventually.TrueAsync(async () => (await browser.GetAsync("/get?k=n")).Body == "1" && warm["loaded", "near"] > 0);
        }

        using var counters = new Counters(app.Get<IMeterFactory>());
        await browser.GetAsync("/get?k=n");
        Assert.Equal(1, counters["loaded", "near"]);

        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => browser.Clone().GetAsync("/count")));
        var slow = browser.Clone().GetAsync("/gated-set?k=a&v=1&gate=slow");
        await app.Gates.ReachedAsync("slow");
        await redis.Server.CliAsync("DEL", SessionRedis.KeyOf(browser.Cookie!));
        app.Gates.Open("slow");
        await slow;

        Assert.Equal(1, counters["gone"]);
        Assert.Equal(100, counters["committed"]);
    }

    [Fact]
    public async Task A_load_and_a_commit_that_fail_are_counted_by_operation_timed_and_traced_with_their_error()
    {
        await using var server = await TestServers.RedisServer.StartAsync();
        await using var app = await SessionApp.StartAsync(server.ConnectionString, o => o.IoTimeout = TimeSpan.FromMilliseconds(200));
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        using var counters = new Counters(app.Get<IMeterFactory>());
        using var spans = new Spans();

        await server.CliAsync("CONFIG", "SET", "maxmemory", "1");
        await browser.GetAsync("/set?k=a&v=2");
        await server.StopAsync();
        await browser.GetAsync("/get?k=a");

        Assert.Equal(1, counters["failures", "commit"]);
        Assert.Equal(1, counters["failures", "load"]);
        Assert.Equal((2L, 1L), (counters["load.duration"], counters["commit.duration"]));
        const string Error = ": Error, RedisSessions.SessionUnavailableException";
        Assert.Equal(["session load", "session commit" + Error, "session load" + Error], spans.Ended);
    }

    [Fact]
    public async Task A_load_and_a_commit_leave_a_span_each_and_an_anonymous_request_none()
    {
        using var spans = new Spans();
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();

        await browser.GetAsync("/get?k=a");
        Assert.Empty(spans.Ended);
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/set?k=a&v=2");

        Assert.Equal(["session commit", "session load", "session commit"], spans.Ended);
    }

    /// <summary>The spans of the sessions that end within the trace this starts: name, and error where there is one.</summary>
    private sealed class Spans : IDisposable
    {
        private readonly Activity _trace = new Activity("test").Start();
        private readonly ActivityListener _listener;

        public Spans()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static source => source.Name == "RedisSessions",
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                ActivityStopped = activity =>
                {
                    if (activity.TraceId == _trace.TraceId)
                    {
                        Ended.Enqueue(activity.Status == ActivityStatusCode.Unset
                            ? activity.DisplayName
                            : $"{activity.DisplayName}: {activity.Status}, {activity.GetTagItem("error.type")}");
                    }
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public ConcurrentQueue<string> Ended { get; } = [];

        public void Dispose()
        {
            _listener.Dispose();
            _trace.Dispose();
        }
    }
}
