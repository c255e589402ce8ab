using System.Globalization;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RedisSessions.Tests.Hosting;
using RedisSessions.Users;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviours 2 and 8: cookie and TTL are renewed together or not at all; idle and absolute lifetime are both in the TTL.</summary>
public sealed class RenewalTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Theory]
    [InlineData(1.5, 2)]
    [InlineData(1, 1)]
    [InlineData(2.001, 3)]
    [InlineData(604800, 604800)]
    public async Task The_max_age_of_the_cookie_is_the_ttl_of_the_record_rounded_up_to_seconds(double seconds, long maxAge)
    {
        await using var app = await SessionApp.StartAsync(
            redis.Server.ConnectionString, o => o.MaxAge = TimeSpan.FromSeconds(seconds));
        using var browser = app.NewBrowser();

        var since = await redis.Server.NowAsync();
        var answer = await browser.GetAsync("/set?k=a&v=1");

        Assert.Equal(maxAge, answer.MaxAge);
        await redis.Server.AssertTtlSetAsync(SessionRedis.KeyOf(browser.Cookie!), (long)(seconds * 1000), since);
    }

    [Fact]
    public async Task A_session_of_1500_milliseconds_is_alive_to_its_end_and_gone_after_it()
    {
        await using var app = await SessionApp.StartAsync(
            redis.Server.ConnectionString, o => o.MaxAge = TimeSpan.FromMilliseconds(1500));
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);

        await TestServers.Eventually.TrueAsync(async () => await redis.Server.PttlAsync(key) is < 300);
        var late = await redis.Server.PttlAsync(key);
        Assert.InRange(late, -2, 300);
        await TestServers.Eventually.TrueAsync(async () => !await redis.Server.ExistsAsync(key));

        Assert.Equal("none", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task A_read_before_renewal_is_due_sets_no_cookie_and_changes_no_ttl()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.Server.CliAsync("PEXPIREAT", key, "4000000000000");

        var answer = await browser.GetAsync("/get?k=a");

        Assert.Null(answer.SetCookie);
        Assert.Equal(4_000_000_000_000, await redis.Server.ExpiresAtAsync(key));
    }

    [Fact]
    public async Task A_write_before_renewal_is_due_sets_no_cookie_and_changes_no_ttl()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.Server.CliAsync("PEXPIREAT", key, "4000000000000");

        var answer = await browser.GetAsync("/set?k=a&v=2");

        Assert.Null(answer.SetCookie);
        Assert.Equal(4_000_000_000_000, await redis.Server.ExpiresAtAsync(key));
    }

    [Theory]
    [InlineData("/get?k=a")]
    [InlineData("/set?k=a&v=2")]
    [InlineData("/untouched")]
    public async Task After_a_twentieth_of_the_lifetime_a_request_renews_cookie_and_ttl_together(string path)
    {
        await using var app = await SessionApp.StartAsync(
            redis.Server.ConnectionString, o => o.MaxAge = TimeSpan.FromMinutes(20));
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.Server.CliAsync("PEXPIRE", key, "1000000");

        app.Time.Advance(TimeSpan.FromSeconds(59));
        // A write would show the instance Redis' clock, which the test does not put forward.
        Assert.Null((await browser.GetAsync("/get?k=a")).SetCookie);
        app.Time.Advance(TimeSpan.FromSeconds(1.5));
        var since = await redis.Server.NowAsync();
        var answer = await browser.GetAsync(path);

        Assert.Equal(1200, answer.MaxAge);
        await redis.Server.AssertTtlSetAsync(key, 1_200_000, since);
        Assert.InRange(long.Parse(await redis.Server.FieldAsync(key, "@renewed"), CultureInfo.InvariantCulture), since, await redis.Server.NowAsync());
        Assert.Null((await browser.GetAsync("/get?k=a")).SetCookie);
    }

    [Fact]
    public async Task Renew_after_zero_renews_cookie_and_ttl_with_every_request()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.RenewAfter = TimeSpan.Zero);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        Assert.NotNull((await browser.GetAsync("/get?k=a")).SetCookie);
        Assert.NotNull((await browser.GetAsync("/get?k=a")).SetCookie);
    }

    [Fact]
    public async Task Refresh_renews_cookie_and_ttl_before_that_is_due()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.Server.CliAsync("PEXPIRE", key, "5000");

        var since = await redis.Server.NowAsync();
        var answer = await browser.GetAsync("/refresh");

        Assert.Equal(604_800, answer.MaxAge);
        await redis.Server.AssertTtlSetAsync(key, 604_800_000, since);
    }

    [Fact]
    public async Task The_ttl_never_passes_the_absolute_deadline_however_often_the_session_is_renewed()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o =>
        {
            o.MaxAge = TimeSpan.FromSeconds(100);
            o.AbsoluteLifetime = TimeSpan.FromSeconds(100);
            o.RenewAfter = TimeSpan.Zero;
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        // As if 60 of the 100 seconds had passed.
        var deadline = long.Parse(await redis.Server.FieldAsync(key, "@deadline"), System.Globalization.CultureInfo.InvariantCulture);
        await redis.Server.CliAsync("HSET", key, "@deadline", (deadline - 60_000).ToString(System.Globalization.CultureInfo.InvariantCulture));

        var answer = await browser.GetAsync("/get?k=a");

        Assert.InRange(answer.MaxAge!.Value, 1, 40);
        Assert.InRange(await redis.Server.ExpiresAtAsync(key) - (deadline - 60_000), -500, 500);
    }

    [Fact]
    public async Task A_session_that_is_new_or_signs_in_ends_at_its_deadline_where_that_comes_first()
    {
        await using var app = await StartWithLongLivesAsync(TimeSpan.FromDays(30));
        using var browser = app.NewBrowser();
        var since = await redis.Server.NowAsync();
        await browser.GetAsync("/long");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.Server.AssertTtlSetAsync(key, 2_592_000_000, since);

        await redis.Server.CliAsync("HSET", key, "@created", "1000", "@deadline", (since + 60_000).ToString(CultureInfo.InvariantCulture));
        since = await redis.Server.NowAsync();
        var answer = await browser.GetAsync("/sign-in?user=anna");

        key = SessionRedis.KeyOf(browser.Cookie!);
        Assert.Equal(2_592_000, answer.MaxAge);
        await redis.Server.AssertTtlSetAsync(key, 2_592_000_000, since);
        var created = long.Parse(await redis.Server.FieldAsync(key, "@created"), CultureInfo.InvariantCulture);
        Assert.InRange(created, since, await redis.Server.NowAsync());
        Assert.Equal(created + 2_592_000_000, long.Parse(await redis.Server.FieldAsync(key, "@deadline"), CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_sign_in_without_a_limit_takes_the_deadline_of_before_away()
    {
        await using var limited = await StartWithLongLivesAsync(TimeSpan.FromDays(30));
        await using var unlimited = await StartWithLongLivesAsync(null);
        using var browser = limited.NewBrowser();
        await browser.GetAsync("/long");
        using var there = browser.At(unlimited.Address);

        var answer = await there.GetAsync("/sign-in?user=anna");

        Assert.Equal(5_184_000, answer.MaxAge);
        Assert.Equal("", await redis.Server.FieldAsync(SessionRedis.KeyOf(there.Cookie!), "@deadline"));
    }

    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(1000.5, 1001)]
    [InlineData(400L * 86_400_000, 400L * 86_400_000)]
    public async Task The_shortest_and_the_longest_lifetime_are_kept_to_the_millisecond_and_read_again(double milliseconds, long expected)
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o =>
        {
            o.MaxAge = TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
            o.AbsoluteLifetime = null;
        });
        using var browser = app.NewBrowser();
        var since = await redis.Server.NowAsync();
        var answer = await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);

        Assert.Equal((expected + 999) / 1000, answer.MaxAge);
        Assert.Equal(expected.ToString(CultureInfo.InvariantCulture), await redis.Server.FieldAsync(key, "@lifetime"));
        if (expected > 10_000)
        {
            await redis.Server.AssertTtlSetAsync(key, expected, since);
            Assert.Equal("1", (await browser.GetAsync("/get?k=a")).Body);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => SessionLifetime.Check(SessionLifetime.Remembered(TimeSpan.FromTicks(9_999_999)), "lifetime"));
        Assert.Throws<ArgumentOutOfRangeException>(() => SessionLifetime.Check(SessionLifetime.Remembered(TimeSpan.FromDays(400) + TimeSpan.FromTicks(1)), "lifetime"));
    }

    private Task<SessionApp> StartWithLongLivesAsync(TimeSpan? absolute) => SessionApp.StartAsync(new SessionAppSetup
    {
        Redis = redis.Server.ConnectionString,
        Options = o => o.AbsoluteLifetime = absolute,
        Endpoints = app => app.MapGet("/long", (HttpContext c) =>
        {
            c.RedisSession().Lifetime = SessionLifetime.Remembered(TimeSpan.FromDays(60));
            c.Session.SetString("a", "1");
        }),
    });

    [Fact]
    public async Task A_renewal_behind_the_absolute_deadline_ends_the_session()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.RenewAfter = TimeSpan.Zero);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.Server.CliAsync("HSET", key, "@deadline", "1000");

        var answer = await browser.GetAsync("/get?k=a");

        Assert.Equal(System.Net.HttpStatusCode.OK, answer.Status);
        Assert.Null(answer.SetCookie);
        Assert.False(await redis.Server.ExistsAsync(key));
    }

    [Fact]
    public async Task An_instance_whose_clock_is_an_hour_behind_still_renews_the_session()
    {
        await using var app = await SessionApp.StartAsync(
            redis.Server.ConnectionString, o => o.MaxAge = TimeSpan.FromMinutes(20));
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var time = new ShiftedTime();
        time.Advance(-TimeSpan.FromHours(1));
        await using var late = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString, Options = o => o.MaxAge = TimeSpan.FromMinutes(20), Time = time,
        });
        using var there = browser.At(late.Address);

        Assert.NotNull((await there.GetAsync("/get?k=a")).SetCookie);
        // It has learned what time it is.
        Assert.Null((await there.GetAsync("/get?k=a")).SetCookie);
        time.Advance(TimeSpan.FromSeconds(61));
        Assert.NotNull((await there.GetAsync("/get?k=a")).SetCookie);
    }

    [Fact]
    public async Task A_renewal_under_way_keeps_the_lifetime_that_another_request_has_set_meanwhile()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet(
                "/short", (HttpContext c) => c.RedisSession().Lifetime = SessionLifetime.Remembered(TimeSpan.FromMinutes(1))),
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        var since = await redis.Server.NowAsync();
        var renewal = browser.Clone().GetAsync("/gated-refresh");
        await app.Gates.ReachedAsync("refresh");
        await browser.GetAsync("/short");
        app.Gates.Open("refresh");

        Assert.Equal(60, (await renewal).MaxAge);
        await redis.Server.AssertTtlSetAsync(SessionRedis.KeyOf(browser.Cookie!), 60_000, since);
    }

    [Theory]
    [InlineData("/set?k=a&v=2", false)]
    [InlineData("/set?k=a&v=2", true)]
    [InlineData("/remove?k=a", false)]
    [InlineData("/remove?k=a", true)]
    public async Task A_record_that_lost_its_ttl_gets_what_is_left_of_it_with_the_next_write(string write, bool deadlineIsFirst)
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        // Renewed an hour ago: what is left of it is an hour less than a renewal gives.
        var anHourAgo = await redis.Server.NowAsync() - 3_600_000;
        await redis.Server.CliAsync("HSET", key, "@renewed", anHourAgo.ToString(CultureInfo.InvariantCulture));
        var end = anHourAgo + (deadlineIsFirst ? 7_200_000 : 604_800_000);
        if (deadlineIsFirst)
        {
            await redis.Server.CliAsync("HSET", key, "@deadline", end.ToString(CultureInfo.InvariantCulture));
        }

        await redis.Server.CliAsync("PERSIST", key);

        var answer = await browser.GetAsync(write);

        // As the cookie, which is not sent again.
        Assert.Null(answer.SetCookie);
        // Redis looks at two clocks, the one of the script and that of its keys: they may be a millisecond apart.
        Assert.InRange(await redis.Server.ExpiresAtAsync(key), end - 1000, end + 1000);
    }

    [Theory]
    [InlineData("/get?k=a")]
    [InlineData("/set?k=b&v=2")]
    [InlineData("/refresh")]
    [InlineData("/sign-in?user=anna")]
    public async Task A_record_that_lost_its_ttl_is_gone_when_its_time_is_over_whoever_asks(string path)
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, options =>
        {
            options.MaxAge = TimeSpan.FromSeconds(1);
            options.RenewAfter = TimeSpan.FromSeconds(1);
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.Server.CliAsync("PERSIST", key);
        await redis.Server.PastAsync(await redis.Server.EndOfAsync(key));

        var answer = await browser.GetAsync(path);

        Assert.DoesNotContain("1", answer.Body.Split('\n'));
        Assert.False(await redis.Server.ExistsAsync(key));
        Assert.Equal("none", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Theory]
    [InlineData("/gated-set?k=b&v=2&gate=refresh")]
    [InlineData("/gated-refresh")]
    public async Task A_record_that_lost_its_ttl_is_not_brought_back_by_a_request_that_outlasts_it(string path)
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Options = options =>
            {
                options.MaxAge = TimeSpan.FromSeconds(1);
                options.RenewAfter = TimeSpan.FromSeconds(1);
            },
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);

        var late = browser.Clone().GetAsync(path);
        await app.Gates.ReachedAsync("refresh");
        await redis.Server.CliAsync("PERSIST", key);
        await redis.Server.PastAsync(await redis.Server.EndOfAsync(key));
        app.Gates.Open("refresh");

        Assert.Null((await late).SetCookie);
        Assert.False(await redis.Server.ExistsAsync(key));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(16 << 20)]
    public async Task A_record_that_lost_its_ttl_does_not_outlive_its_absolute_deadline(int nearCacheBytes)
    {
        await using var app = await SessionApp.StartAsync(
            redis.Server.ConnectionString, options => options.NearCacheBytes = nearCacheBytes);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=deadline");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        var deadline = (await redis.Server.NowAsync() + 1000).ToString(CultureInfo.InvariantCulture);
        await redis.Server.CliAsync("HSET", key, "@deadline", deadline);
        await redis.Server.CliAsync("PERSIST", key);
        Assert.Equal("deadline", (await browser.GetAsync("/me")).Body);
        await redis.Server.PastAsync(await redis.Server.EndOfAsync(key));

        Assert.Empty(await app.Get<UserSessions>().ListAsync("deadline"));
        Assert.Equal("anonymous", (await browser.GetAsync("/me")).Body);
        Assert.False(await redis.Server.ExistsAsync(key));
    }
}
