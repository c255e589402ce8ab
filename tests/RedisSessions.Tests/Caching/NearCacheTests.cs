using System.Diagnostics;
using System.Globalization;
using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RedisSessions.Tests.Hosting;

using TestServers;
using TestServers.Proxy;

namespace RedisSessions.Tests.Caching;

/// <summary>Records kept in the process: fewer round trips, and never an old answer beyond the bound.</summary>
public sealed class NearCacheTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task A_read_of_a_session_read_before_costs_no_command()
    {
        await using var app = await StartWarmAsync();
        await AssertCostsAsync(app, [], "/get?k=a", async browser =>
        {
            await browser.GetAsync("/set?k=a&v=1");
            await redis.Server.CliAsync("HSET", SessionRedis.KeyOf(browser.Cookie!), "touched", "1");
            await browser.GetAsync("/get?k=a");
        });
    }

    [Fact]
    public async Task A_read_after_the_own_write_that_created_the_session_costs_no_command()
    {
        await using var app = await StartWarmAsync();
        await AssertCostsAsync(app, ["EVALSHA"], "/set?k=a&v=1", _ => Task.CompletedTask);
        await AssertCostsAsync(app, [], "/get?k=a", browser => browser.GetAsync("/set?k=a&v=1"));
    }

    [Fact]
    public async Task A_write_of_a_record_kept_here_is_one_command_and_what_was_written_is_kept()
    {
        await using var app = await StartWarmAsync();
        await AssertCostsAsync(app, ["EVALSHA"], "/set?k=a&v=2", browser => browser.GetAsync("/set?k=a&v=1"));
        await AssertCostsAsync(app, [], "/get?k=a", async browser =>
        {
            await browser.GetAsync("/set?k=a&v=1");
            await browser.GetAsync("/set?k=a&v=2");
        });
    }

    [Theory]
    [InlineData("/sign-in?user=anna")]
    [InlineData("/renew")]
    public async Task A_record_that_moved_to_a_new_id_is_kept_under_it_and_gone_from_the_old_one(string path)
    {
        await using var app = await StartWarmAsync();
        await AssertCostsAsync(app, ["EVALSHA"], path, browser => browser.GetAsync("/set?k=a&v=1"));
        await AssertCostsAsync(app, [], "/get?k=a", async browser =>
        {
            await browser.GetAsync("/set?k=a&v=1");
            using var old = browser.Clone();
            await browser.GetAsync(path);
            Assert.Equal("1", (await browser.GetAsync("/get?k=a")).Body);
            Assert.Equal("none", (await old.GetAsync("/get?k=a")).Body);
        });
    }

    [Fact]
    public async Task A_session_changed_by_anybody_is_read_anew()
    {
        await using var one = await StartWarmAsync();
        await using var two = await StartWarmAsync();
        using var browser = one.NewBrowser();
        using var elsewhere = browser.At(two.Address);
        await browser.GetAsync("/set?k=a&v=0");
        elsewhere.Cookie = browser.Cookie;
        for (var i = 1; i <= 50; i++)
        {
            var value = i.ToString(CultureInfo.InvariantCulture);
            await (i % 2 == 0 ? browser : elsewhere).GetAsync("/set?k=a&v=" + value);
            await WarmApp.AssertWithinTheBoundAsync(value, i % 2 == 0 ? elsewhere : browser, "/get?k=a");
        }

        await redis.Server.CliAsync("HSET", SessionRedis.KeyOf(browser.Cookie!), "a", "by hand");
        await WarmApp.AssertWithinTheBoundAsync("by hand", browser, "/get?k=a");
        await WarmApp.AssertWithinTheBoundAsync("by hand", elsewhere, "/get?k=a");
    }

    [Fact]
    public async Task Shared_records_are_never_changed_by_the_requests_that_use_them()
    {
        await using var app = await StartWarmAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/get?k=a");

        var throwing = browser.Clone().GetAsync("/throw");
        var slow = browser.Clone().GetAsync("/gated-set?k=a&v=2&gate=g");
        await app.Gates.ReachedAsync("g");
        await throwing;
        Assert.Equal("a", (await browser.GetAsync("/keys")).Body);
        Assert.Equal("1", (await browser.GetAsync("/get?k=a")).Body);
        app.Gates.Open("g");
        await slow;

        Assert.Equal("2", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task What_others_wrote_between_two_commits_of_one_request_is_not_hidden_by_the_record_kept_here()
    {
        await using var other = await StartWarmAsync();
        await using var app = await StartWithAsync(app => app.MapGet("/commit-twice", async (HttpContext c, Gates gates) =>
        {
            await gates.PassAsync("loaded");
            c.Session.SetString("b", "2");
            await c.Session.CommitAsync();
            c.Session.SetString("c", "3");
        }));
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        var slow = browser.Clone().GetAsync("/commit-twice");
        await app.Gates.ReachedAsync("loaded");
        await browser.GetAsync("/set?k=here&v=4");
        await browser.At(other.Address).GetAsync("/set?k=there&v=5");
        app.Gates.Open("loaded");
        await slow;

        Assert.Equal("a,b,c,here,there", (await browser.GetAsync("/keys")).Body);
    }

    [Fact]
    public async Task Lifetimes_that_two_requests_set_at_the_same_time_leave_the_last_one_here_and_in_redis()
    {
        await using var app = await StartWithAsync(app =>
        {
            app.MapGet("/stay", async (HttpContext c, Gates gates) =>
            {
                await gates.PassAsync("loaded");
                c.RedisSession().Lifetime = SessionLifetime.Remembered(TimeSpan.FromMinutes(30));
            });
            app.MapGet("/leave", (HttpContext c) =>
            {
                c.RedisSession().Lifetime = SessionLifetime.UntilBrowserCloses(TimeSpan.FromMinutes(20));
            });
            app.MapGet("/lifetime", (HttpContext c) => c.RedisSession().Lifetime.ToString());
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);

        var slow = browser.Clone().GetAsync("/stay");
        await app.Gates.ReachedAsync("loaded");
        await browser.GetAsync("/leave");
        Assert.Equal("1", await redis.Server.FieldAsync(key, "@browser"));
        app.Gates.Open("loaded");
        await slow;

        Assert.Equal(SessionLifetime.Remembered(TimeSpan.FromMinutes(30)).ToString(), (await browser.GetAsync("/lifetime")).Body);
        Assert.Equal("0", await redis.Server.CliAsync("HEXISTS", key, "@browser"));
    }

    [Fact]
    public async Task Requests_that_write_one_session_at_the_same_time_read_it_from_redis_no_more()
    {
        await using var app = await StartWarmAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/set?k=a&v=2"); // the clock of Redis is known from here on
        await using var monitor = await redis.Server.MonitorAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async tab =>
        {
            using var own = browser.Clone();
            for (var i = 0; i < 40; i++)
            {
                await own.GetAsync($"/set?k=k{tab}-{i}&v={i}");
            }
        }));

        Assert.Equal(321, (await browser.GetAsync("/keys")).Body.Split(',').Length);
        var commands = (await monitor.SessionCommandsAsync()).Select(Name).ToArray();
        Assert.Equal(320, commands.Count(name => name == "EVALSHA"));
        Assert.InRange(commands.Count(name => name == "HGETALL"), 0, 12); // none, where the machine does not stall
    }

    [Fact]
    public async Task A_thousand_parallel_updates_over_two_near_caches_count_to_exactly_a_thousand()
    {
        await using var one = await StartWarmAsync(o => o.IoTimeout = TimeSpan.FromSeconds(20));
        await using var two = await StartWarmAsync(o => o.IoTimeout = TimeSpan.FromSeconds(20));
        using var browser = one.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        using var other = browser.At(two.Address);

        var requests = Enumerable.Range(0, 1000).Select(i => (i % 2 == 0 ? browser : other).GetAsync("/count")).ToArray();

        Assert.All(await Task.WhenAll(requests), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal("1000", await redis.Server.FieldAsync(SessionRedis.KeyOf(browser.Cookie!), "n"));
        Assert.Equal("1001", (await other.GetAsync("/count")).Body);
    }

    [Fact]
    public async Task Behind_a_network_that_went_silent_no_session_is_served_from_memory_beyond_the_bound()
    {
        await using var proxy = FaultProxy.Start(redis.Server.Port);
        await using var app = await StartWarmAsync(o => o.IoTimeout = TimeSpan.FromMilliseconds(300), proxy.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=anna");
        await browser.GetAsync("/me");

        proxy.HalfOpen();
        await redis.Server.CliAsync("DEL", SessionRedis.KeyOf(browser.Cookie!));
        var watch = Stopwatch.StartNew();
        var lastServed = TimeSpan.Zero;
        await Eventually.TrueAsync(async () =>
        {
            var begun = watch.Elapsed;
            var answer = await browser.GetAsync("/me");
            lastServed = answer.Status == HttpStatusCode.OK ? begun : lastServed;
            return answer.Status == HttpStatusCode.ServiceUnavailable;
        });

        Assert.InRange(lastServed, TimeSpan.Zero, TimeSpan.FromSeconds(1)); // the bound on staleness
    }

    [Fact]
    public async Task A_restart_of_redis_drops_what_is_kept_and_the_sessions_live_on()
    {
        await using var server = await RedisServer.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var app = await StartWarmAsync(redisAt: server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/get?k=a");

        await server.StopAsync();
        await server.StartAgainAsync();
        await server.CliAsync("HSET", SessionRedis.KeyOf(browser.Cookie!), "a", "2");

        await Eventually.TrueAsync(async () => (await browser.GetAsync("/get?k=a")).Status == HttpStatusCode.OK);
        Assert.Equal("2", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task Over_resp2_nothing_is_kept_here_and_the_log_says_why()
    {
        await using var app = await StartWarmAsync(redisAt: redis.Server.ConnectionString + ",protocol=2");
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/get?k=a");
        await using var monitor = await redis.Server.MonitorAsync();

        Assert.Equal("1", (await browser.GetAsync("/get?k=a")).Body);

        Assert.Equal("HGETALL", Name(Assert.Single(await monitor.SessionCommandsAsync())));
        Assert.Contains(app.Log.Lines, line => line.Category == "RedisSessions.NearCache" && line.Text.Contains("RESP2", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_near_cache_smaller_than_its_sessions_forgets_some_and_answers_all()
    {
        await using var app = await StartWithAsync(
            app => app.MapGet("/large", (HttpContext c) => c.Session.SetString("large", new string('x', 100_000))), 1024 * 1024);
        var browsers = Enumerable.Range(0, 30).Select(_ => app.NewBrowser()).ToArray();
        foreach (var browser in browsers)
        {
            await browser.GetAsync("/large");
        }

        await using var monitor = await redis.Server.MonitorAsync();
        foreach (var browser in browsers)
        {
            Assert.Equal(100_000, (await browser.GetAsync("/get?k=large")).Body.Length);
        }

        // A mebibyte holds ten of them at most.
        Assert.InRange((await monitor.SessionCommandsAsync()).Count(command => Name(command) == "HGETALL"), 20, 30);
    }

    private static string Name(string command) => command.Split('"')[1];

    private Task<SessionApp> StartWithAsync(Action<WebApplication> endpoints, int nearCacheBytes = 16 * 1024 * 1024) =>
        SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Options = o => o.NearCacheBytes = nearCacheBytes,
            Endpoints = endpoints,
        });

    private Task<SessionApp> StartWarmAsync(Action<RedisSessionOptions>? options = null, string? redisAt = null) =>
        WarmApp.StartAsync(new SessionAppSetup
        {
            Redis = redisAt ?? redis.Server.ConnectionString,
            Options = o =>
            {
                o.NearCacheBytes = 16 * 1024 * 1024;
                options?.Invoke(o);
            },
        });

    // A machine that stalls for a second makes the cache distrust what it keeps, as it should: the cost is what one of
    // a few attempts shows.
    private async Task AssertCostsAsync(SessionApp app, string[] commands, string path, Func<Browser, Task> prepare)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var browser = app.NewBrowser();
            await prepare(browser);
            await using var monitor = await redis.Server.MonitorAsync();
            var answer = await browser.GetAsync(path);
            Assert.True(answer.Status == HttpStatusCode.OK, answer.Body);
            var seen = (await monitor.SessionCommandsAsync()).Select(Name).ToArray();
            if (attempt == 5 || seen.SequenceEqual(commands))
            {
                Assert.Equal(commands, seen);
                return;
            }
        }
    }
}
