using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Tests.Hosting;
using RedisSessions.Users;

using RespClient;

using TestServers;
using TestServers.Proxy;

namespace RedisSessions.Tests.Caching;

/// <summary>Records kept in the process whose sessions have ended: here, elsewhere, or because their time was over.</summary>
public sealed partial class NearEndTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const int NearBytes = 16 << 20;

    [Theory]
    [InlineData("revoked")]
    [InlineData("destroyed")]
    [InlineData("deleted")]
    [InlineData("flushed")]
    [InlineData("signed out")]
    public async Task A_session_that_ended_anywhere_is_dead_here_as_soon_as_the_server_says_so(string how)
    {
        await using var one = await StartWarmAsync(redis.Server.ConnectionString);
        await using var two = await StartWarmAsync(redis.Server.ConnectionString);
        for (var round = 0; round < 10; round++)
        {
            using var browser = one.NewBrowser();
            await browser.GetAsync("/sign-in?user=anna");
            using var elsewhere = browser.At(two.Address);
            Assert.Equal("anna", (await elsewhere.GetAsync("/me")).Body);
            var key = SessionRedis.KeyOf(browser.Cookie!);

            switch (how)
            {
                case "revoked": await one.Get<UserSessions>().EndAllAsync("anna"); break;
                case "destroyed": await browser.Clone().GetAsync("/destroy"); break;
                case "deleted": await redis.Server.CliAsync("DEL", key); break;
                case "flushed": await redis.Server.CliAsync("FLUSHALL"); break;
                default: await browser.Clone().GetAsync("/sign-out"); break;
            }

            await WarmApp.AssertWithinTheBoundAsync("anonymous", elsewhere, "/me");
            await WarmApp.AssertWithinTheBoundAsync("anonymous", browser, "/me");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-10)]
    [InlineData(10)]
    public async Task Expiry_is_honoured_here_without_waiting_for_the_word_of_the_server(int minutesAhead)
    {
        await redis.Server.CliAsync("DEBUG", "SET-ACTIVE-EXPIRE", "0"); // the server says nothing until somebody asks
        var time = new ShiftedTime();
        time.Advance(TimeSpan.FromMinutes(minutesAhead));
        var setup = new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Time = time,
            Services = services => services.Configure<RedisClientOptions>(o => o.TimeProvider = time),
            Options = o =>
            {
                o.NearCacheBytes = NearBytes;
                o.MaxAge = TimeSpan.FromMilliseconds(1200);
                o.RenewAfter = o.MaxAge;
            },
        };
        await using var app = await WarmApp.StartAsync(setup);
        using var browser = app.NewBrowser();
        var watch = Stopwatch.StartNew();
        await browser.GetAsync("/set?k=a&v=1");
        var made = watch.Elapsed;
        Assert.Equal("1", (await browser.GetAsync("/get?k=a")).Body);
        await using var monitor = await redis.Server.MonitorAsync();
        var requests = 0;
        await Eventually.TrueAsync(async () =>
        {
            requests++;
            var isOver = watch.Elapsed - made > TimeSpan.FromMilliseconds(1200);
            var answer = await browser.GetAsync("/get?k=a");
            Assert.False(isOver && answer.Body != "none", "served beyond its end");
            if (answer.SetCookie is not null && answer.Body != "none")
            {
                // Where this clock is a little ahead of Redis', the last moment of a session is late enough to renew it.
                made = watch.Elapsed;
            }

            return answer.Body == "none";
        });

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(1100), TimeSpan.FromSeconds(6));
        await redis.Server.CliAsync("DEBUG", "SET-ACTIVE-EXPIRE", "1");
        // Nearly all were answered from memory; only in the last milliseconds, where clocks may differ, Redis is asked.
        Assert.InRange((await monitor.SessionCommandsAsync()).Length, 1, requests / 4);
    }

    [Theory]
    [InlineData("destroyed")]
    [InlineData("ended by its id")]
    [InlineData("ended with all")]
    [InlineData("moved")]
    [InlineData("signed in again")]
    [InlineData("found gone")]
    public async Task What_is_ended_or_moved_here_is_dead_here_though_the_word_of_the_server_never_comes(string how)
    {
        await using var proxy = FaultProxy.Start(redis.Server.Port);
        proxy.Falsify = WithoutInvalidations;
        await using var app = await StartWarmAsync(proxy.ConnectionString);
        using var browser = app.NewBrowser();
        var user = "user-" + how.Replace(' ', '-');
        await browser.GetAsync("/sign-in?user=" + user);
        Assert.Equal(user, (await browser.GetAsync("/me")).Body);
        using var before = browser.Clone();
        var sessions = app.Get<UserSessions>();

        switch (how)
        {
            case "destroyed": await browser.GetAsync("/destroy"); break;
            case "ended by its id": Assert.True(await sessions.EndAsync(user, SessionRedis.PublicOf(browser.Cookie!))); break;
            case "ended with all": Assert.Equal(1, await sessions.EndAllAsync(user)); break;
            case "moved": await browser.GetAsync("/renew"); break;
            case "signed in again": await browser.GetAsync("/sign-in?user=" + user); break;
            default:
                await redis.Server.CliAsync("DEL", SessionRedis.KeyOf(browser.Cookie!));
                await browser.GetAsync("/set?k=a&v=1");
                break;
        }

        Assert.Equal("anonymous", (await before.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task Loading_again_asks_redis_and_not_the_near_cache()
    {
        await using var proxy = FaultProxy.Start(redis.Server.Port);
        proxy.Falsify = WithoutInvalidations;
        await using var app = await StartWarmAsync(proxy.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/get?k=a");
        await redis.Server.CliAsync("HSET", SessionRedis.KeyOf(browser.Cookie!), "a", "2");

        Assert.Equal("2", (await browser.GetAsync("/reloaded")).Body);
    }

    [Theory]
    [InlineData("read")]
    [InlineData("write")]
    public async Task Behind_the_near_cache_nobody_waits_longer_than_the_time_out_of_sessions(string what)
    {
        await using var proxy = FaultProxy.Start(redis.Server.Port);
        await using var app = await WarmApp.StartAsync(new SessionAppSetup
        {
            Redis = proxy.ConnectionString, Options = o => (o.NearCacheBytes, o.IoTimeout) = (NearBytes, TimeSpan.FromMilliseconds(700)),
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var writing = browser.Clone().GetAsync("/gated-set?k=a&v=2&gate=write");
        await app.Gates.ReachedAsync("write");

        proxy.HalfOpen();
        if (what == "read")
        {
            browser.Cookie = new string('A', 43); // which is not kept here
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.GetAsync("/get?k=a")).Status);
            proxy.Heal();
        }

        app.Gates.Open("write");
        Assert.Equal(what == "read" ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, (await writing).Status);
        Assert.Contains(app.Log.OfSessions, line => line.Text.Contains("within 700 ms", StringComparison.Ordinal));
    }

    private static Task<SessionApp> StartWarmAsync(string redisAt) => WarmApp.StartAsync(new SessionAppSetup
    {
        Redis = redisAt,
        Options = o => o.NearCacheBytes = NearBytes,
        Endpoints = app => app.MapGet("/reloaded", async (HttpContext c) =>
        {
            await c.RedisSession().ReloadAsync();
            return c.Session.GetString("a");
        }),
    });

    // But for those of the key by which the cache finds out whether it may keep what it writes.
    private static byte[] WithoutInvalidations(byte[] replies) =>
        Encoding.Latin1.GetBytes(Invalidation().Replace(Encoding.Latin1.GetString(replies), ""));

    [GeneratedRegex(">2\\r\\n\\$10\\r\\ninvalidate\\r\\n\\*1\\r\\n\\$[0-9]+\\r\\nSESSION:[A-Za-z0-9_-]+\\r\\n")]
    private static partial Regex Invalidation();
}
