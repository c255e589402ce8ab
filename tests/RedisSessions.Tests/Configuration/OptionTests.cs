using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

using RedisSessions.Caching;
using RedisSessions.Composition;
using RedisSessions.Diagnostics;
using RedisSessions.Tests.Hosting;

using RespClient;

using TestServers;
using TestServers.Proxy;

namespace RedisSessions.Tests.Configuration;

/// <summary>Each option, changed from its default, changes something that a browser, Redis or the log shows.</summary>
public sealed class OptionTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private static readonly Dictionary<string, (Action<RedisSessionOptions> Set, Func<World, Task> Check)> Options = new()
    {
        ["Cookie"] = (o => o.Cookie.Name = "other", async world =>
            Assert.StartsWith("other=", (await world.Browser.GetAsync("/set?k=a&v=1")).SetCookie, StringComparison.Ordinal)),
        ["MaxAge"] = (o => o.MaxAge = TimeSpan.FromMinutes(20), async world =>
            Assert.Equal(1200, (await world.Browser.GetAsync("/set?k=a&v=1")).MaxAge)),
        ["RenewAfter"] = (o => o.RenewAfter = TimeSpan.Zero, async world =>
        {
            await world.Browser.GetAsync("/set?k=a&v=1");
            Assert.NotNull((await world.Browser.GetAsync("/get?k=a")).SetCookie);
        }),
        ["AbsoluteLifetime"] = (o => o.AbsoluteLifetime = o.MaxAge, async world =>
        {
            var own = (await world.Redis.CliAsync("HMGET", await world.KeyAsync("SESSION:*"), "@created", "@deadline")).Split('\n');
            Assert.Equal(604_800_000, long.Parse(own[1], System.Globalization.CultureInfo.InvariantCulture) - long.Parse(own[0], System.Globalization.CultureInfo.InvariantCulture));
        }),
        ["KeyPrefix"] = (o => o.KeyPrefix = "OTHER:", async world =>
        {
            await world.Browser.GetAsync("/sign-in?user=anna");
            Assert.Equal("OTHER-USER:anna", Assert.Single(await world.Redis.KeysAsync("*-USER:*")));
            Assert.Single(await world.Redis.KeysAsync("OTHER:*"));
        }),
        ["HashIds"] = (o => o.HashIds = false, async world =>
        {
            var key = await world.KeyAsync("SESSION:*");
            Assert.Equal("SESSION:" + world.Browser.Cookie, key);
        }),
        ["ProtectData"] = (o => o.ProtectData = true, async world =>
            Assert.NotEqual("1", await world.Redis.FieldAsync(await world.KeyAsync("SESSION:*"), "a"))),
        ["MaxSize"] = (o => o.MaxSize = 1024, async world => Assert.Equal(
            System.Net.HttpStatusCode.InternalServerError, (await world.Browser.GetAsync("/set?k=a&v=" + new string('x', 1500))).Status)),
        ["IoTimeout"] = (o => o.IoTimeout = TimeSpan.FromMilliseconds(70), async world =>
        {
            await world.Browser.GetAsync("/set?k=a&v=1");
            world.Proxy.HalfOpen();
            await world.Browser.GetAsync("/get?k=a");
            Assert.Contains(world.App.Log.OfSessions, line => line.Text.Contains("within 70 ms", StringComparison.Ordinal));
        }),
        ["WhenUnavailable"] = (o => (o.WhenUnavailable, o.IoTimeout) = (WhenUnavailable.RunWithoutSession, TimeSpan.FromMilliseconds(300)), async world =>
        {
            await world.Browser.GetAsync("/set?k=a&v=1");
            world.Proxy.HalfOpen();
            Assert.Equal("none", (await world.Browser.GetAsync("/get?k=a")).Body);
        }),
        ["NearCacheBytes"] = (o => o.NearCacheBytes = 1 << 20, async world =>
        {
            // Which cannot be over RESP2, and says so.
            await world.Browser.GetAsync("/set?k=a&v=1");
            await Eventually.TrueAsync(() => world.App.Log.Lines.Any(line => line.Category == "RedisSessions.NearCache"));
        }),
        ["HeaderName"] = (o => o.HeaderName = "X-Other", async world =>
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/set?k=a&v=1") { Headers = { { "X-Other", "" } } };
            Assert.Equal(43, (await world.Browser.SendAsync(request)).Header("X-Other")?.Length);
        }),
    };

    public static TheoryData<string> Names => [.. typeof(RedisSessionOptions).GetProperties().Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_option_of_sessions_changes_what_it_says(string name)
    {
        var (set, check) = Options[name];
        await redis.Server.CliAsync("FLUSHALL");
        await using var proxy = FaultProxy.Start(redis.Server.Port);
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = proxy.ConnectionString + ",protocol=2",
            Options = set,
            Services = services => services.AddDataProtection().UseEphemeralDataProtectionProvider(),
        });
        using var browser = app.NewBrowser();

        await check(new World(redis.Server, proxy, app, browser));
    }

    [Fact]
    public async Task Every_option_of_the_cache_changes_what_it_says()
    {
        await using var proxy = FaultProxy.Start(redis.Server.Port);
        await using var services = new ServiceCollection().AddRespClient(o => o.ConnectionString = proxy.ConnectionString)
            .AddRedisSessionCache(o => (o.KeyPrefix, o.IoTimeout) = ("prefix:", TimeSpan.FromMilliseconds(300))).BuildServiceProvider();
        var cache = services.GetRequiredService<IDistributedCache>();

        await cache.SetAsync("key", [1], TestContext.Current.CancellationToken);
        Assert.True(await redis.Server.ExistsAsync("prefix:key"));
        proxy.HalfOpen();
        var late = await Assert.ThrowsAsync<RedisTimeoutException>(() => cache.GetAsync("key", TestContext.Current.CancellationToken));

        Assert.Contains("within 300 ms", late.Message, StringComparison.Ordinal);
        Assert.Equal(2, typeof(RedisSessionCacheOptions).GetProperties().Length);
    }

    [Fact]
    public void Options_at_the_very_bounds_start_the_application_and_one_beyond_does_not()
    {
        var week = TimeSpan.FromDays(7);
        (Action<RedisSessionOptions> Good, Action<RedisSessionOptions> Bad)[] bounds =
        [
            (o => o.MaxAge = TimeSpan.FromSeconds(1), o => o.MaxAge = TimeSpan.FromTicks(9_999_999)),
            (o => (o.MaxAge, o.AbsoluteLifetime) = (TimeSpan.FromDays(400), null), o => (o.MaxAge, o.AbsoluteLifetime) = (TimeSpan.FromDays(400) + TimeSpan.FromTicks(1), null)),
            (o => o.RenewAfter = week, o => o.RenewAfter = week + TimeSpan.FromTicks(1)),
            (o => o.RenewAfter = TimeSpan.Zero, o => o.RenewAfter = TimeSpan.FromTicks(-1)),
            (o => o.AbsoluteLifetime = week, o => o.AbsoluteLifetime = week - TimeSpan.FromTicks(1)),
            (o => o.KeyPrefix = new string('x', 64), o => o.KeyPrefix = new string('x', 65)),
            (o => o.MaxSize = 1024, o => o.MaxSize = 1023),
            (o => o.MaxSize = 64 << 20, o => o.MaxSize = (64 << 20) + 1),
            (o => o.IoTimeout = TimeSpan.FromMilliseconds(10), o => o.IoTimeout = TimeSpan.FromTicks(99_999)),
            (o => o.IoTimeout = TimeSpan.FromMinutes(5), o => o.IoTimeout = TimeSpan.FromMinutes(5) + TimeSpan.FromTicks(1)),
            (o => o.NearCacheBytes = 1 << 20, o => o.NearCacheBytes = (1 << 20) - 1),
            (o => o.NearCacheBytes = 0, o => o.NearCacheBytes = -1),
        ];
        var validator = new RedisSessionOptionsValidator(new SessionLog(NullLogger<SessionLog>.Instance, TimeProvider.System));
        ValidateOptionsResult Validate(Action<RedisSessionOptions> set)
        {
            var options = new RedisSessionOptions();
            set(options);
            return validator.Validate(null, options);
        }

        Assert.All(bounds, bound => Assert.True(Validate(bound.Good).Succeeded, Validate(bound.Good).FailureMessage));
        Assert.All(bounds, bound => Assert.True(Validate(bound.Bad).Failed));
    }

    private sealed record World(RedisServer Redis, FaultProxy Proxy, SessionApp App, Browser Browser)
    {
        /// <summary>The key of the session that the browser makes.</summary>
        public async Task<string> KeyAsync(string pattern)
        {
            await Browser.GetAsync("/set?k=a&v=1");
            return Assert.Single(await Redis.KeysAsync(pattern));
        }
    }
}
