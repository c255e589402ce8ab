using System.Globalization;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RedisSessions.Tests.Hosting;
using RedisSessions.Users;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviour 9: the index of a user's sessions, in force on the very next request on any instance.</summary>
public sealed class UserSessionsTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private readonly string _user = "user-" + Guid.NewGuid().ToString("N");
    private SessionApp _one = null!;
    private SessionApp _two = null!;

    public async ValueTask InitializeAsync()
    {
        _one = await SessionApp.StartAsync(redis.Server.ConnectionString);
        _two = await SessionApp.StartAsync(redis.Server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task The_list_shows_every_session_of_the_user_with_browser_address_and_times()
    {
        var first = await SignInAsync(_one, "Firefox/1");
        var second = await SignInAsync(_two, "Safari/2");

        var list = await _one.Get<UserSessions>().ListAsync(_user);

        Assert.Equal(
            new[] { SessionRedis.PublicOf(first.Cookie!), SessionRedis.PublicOf(second.Cookie!) }.Order(),
            list.Select(session => session.Id).Order());
        Assert.Equal(["Firefox/1", "Safari/2"], list.Select(session => session.UserAgent).Order());
        Assert.All(list, session =>
        {
            Assert.Equal("127.0.0.1", session.Address);
            Assert.InRange(session.ExpiresAt - session.LastSeenAt, TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1), TimeSpan.FromDays(7));
            Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds(0), DateTimeOffset.MinValue, session.SignedInAt);
        });
    }

    [Fact]
    public async Task A_session_ended_on_one_instance_is_dead_on_the_very_next_request_on_the_other()
    {
        var browser = await SignInAsync(_one, "a");
        using var elsewhere = browser.At(_two.Address);
        Assert.Equal(_user, (await elsewhere.GetAsync("/me")).Body);

        Assert.True(await _one.Get<UserSessions>().EndAsync(_user, SessionRedis.PublicOf(browser.Cookie!)));

        Assert.Equal("anonymous", (await elsewhere.GetAsync("/me")).Body);
        Assert.Equal("anonymous", (await browser.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task Ending_all_others_keeps_the_one_it_is_asked_from()
    {
        var mine = await SignInAsync(_one, "mine");
        var others = new[] { await SignInAsync(_one, "b"), await SignInAsync(_two, "c"), await SignInAsync(_two, "d") };

        Assert.Equal(3, await _one.Get<UserSessions>().EndOthersAsync(_user, SessionRedis.PublicOf(mine.Cookie!)));

        Assert.Equal(_user, (await mine.GetAsync("/me")).Body);
        foreach (var other in others)
        {
            Assert.Equal("anonymous", (await other.GetAsync("/me")).Body);
        }
    }

    [Theory]
    [InlineData("/renew-and-end-others")]
    [InlineData("/sign-in-and-end-others")]
    public async Task Ending_all_others_keeps_a_session_that_got_its_id_in_the_same_request(string path)
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = endpoints =>
            {
                endpoints.MapGet("/renew-and-end-others", async (HttpContext c, UserSessions sessions) =>
                {
                    await c.RedisSession().RenewIdAsync();
                    return await sessions.EndOthersAsync(c.RedisSession());
                });
                endpoints.MapGet("/sign-in-and-end-others", async (HttpContext c, UserSessions sessions) =>
                {
                    await c.SignInAsync(SessionEndpoints.Principal(_user));
                    return await sessions.EndOthersAsync(c.RedisSession());
                });
            },
        });
        var mine = await SignInAsync(app, "mine");
        await mine.GetAsync("/set?k=a&v=kept");
        var (old, other) = (mine.Clone(), await SignInAsync(_two, "other"));

        Assert.Equal("1", (await mine.GetAsync(path)).Body);

        Assert.Equal(_user, (await mine.GetAsync("/me")).Body);
        Assert.Equal("kept", (await mine.GetAsync("/get?k=a")).Body);
        Assert.Equal("anonymous", (await other.GetAsync("/me")).Body);
        Assert.Equal("anonymous", (await old.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task Ending_all_sessions_of_a_user_leaves_neither_records_nor_index()
    {
        var browsers = new[] { await SignInAsync(_one, "a"), await SignInAsync(_two, "b") };

        Assert.Equal(2, await _two.Get<UserSessions>().EndAllAsync(_user));

        // Before anybody lists them: that alone would take out of the index what is gone.
        Assert.False(await redis.Server.ExistsAsync("SESSION-USER:" + _user));
        Assert.False(await redis.Server.ExistsAsync(SessionRedis.KeyOf(browsers[0].Cookie!)));
        Assert.False(await redis.Server.ExistsAsync(SessionRedis.KeyOf(browsers[1].Cookie!)));
        Assert.Empty(await _one.Get<UserSessions>().ListAsync(_user));
    }

    [Fact]
    public async Task A_session_of_another_user_cannot_be_ended_by_its_id()
    {
        var browser = await SignInAsync(_one, "a");

        Assert.False(await _one.Get<UserSessions>().EndAsync("somebody-else", SessionRedis.PublicOf(browser.Cookie!)));

        Assert.Equal(_user, (await browser.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task Members_whose_record_is_gone_disappear_from_the_index_on_reading()
    {
        var browser = await SignInAsync(_one, "a");
        await SignInAsync(_one, "b");
        await redis.Server.CliAsync("DEL", SessionRedis.KeyOf(browser.Cookie!));
        Assert.Equal("2", await redis.Server.CliAsync("ZCARD", "SESSION-USER:" + _user));

        Assert.Single(await _one.Get<UserSessions>().ListAsync(_user));

        Assert.Equal("1", await redis.Server.CliAsync("ZCARD", "SESSION-USER:" + _user));
    }

    [Fact]
    public async Task Members_that_expired_leave_the_index_when_the_user_signs_in_again_even_if_nobody_looks()
    {
        await SignInAsync(_one, "a");
        var index = "SESSION-USER:" + _user;
        await redis.Server.CliAsync("ZADD", index, "1700000000000", "SESSION:expired");

        var browser = await SignInAsync(_one, "b");
        Assert.Equal("2", await redis.Server.CliAsync("ZCARD", index));

        await redis.Server.CliAsync("ZADD", index, "1700000000000", "SESSION:expired");
        await browser.GetAsync("/renew");
        Assert.Equal("2", await redis.Server.CliAsync("ZCARD", index));
    }

    [Fact]
    public async Task The_index_expires_with_the_longest_session_and_is_renewed_with_it()
    {
        var since = await redis.Server.NowAsync();
        var browser = await SignInAsync(_one, "a");
        var index = "SESSION-USER:" + _user;
        await redis.Server.AssertTtlSetAsync(index, 604_800_000, since);
        await redis.Server.CliAsync("PEXPIRE", index, "60000");
        since = await redis.Server.NowAsync();
        await SignInAsync(_one, "b");
        await redis.Server.AssertTtlSetAsync(index, 604_800_000, since);

        await redis.Server.CliAsync("PEXPIRE", index, "60000");
        var key = SessionRedis.KeyOf(browser.Cookie!);
        await redis.Server.CliAsync("ZADD", index, "XX", "1", key);
        _one.Time.Advance(TimeSpan.FromHours(9));
        since = await redis.Server.NowAsync();
        Assert.NotNull((await browser.GetAsync("/me")).SetCookie);

        await redis.Server.AssertTtlSetAsync(index, 604_800_000, since);
        Assert.Equal(await redis.Server.ExpiresAtAsync(key), double.Parse(await redis.Server.CliAsync("ZSCORE", index, key), CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_renewed_id_takes_the_place_of_the_old_one_in_the_index()
    {
        var browser = await SignInAsync(_one, "a");

        await browser.GetAsync("/renew");

        Assert.Equal(
            SessionRedis.KeyOf(browser.Cookie!), await redis.Server.CliAsync("ZRANGE", "SESSION-USER:" + _user, "0", "-1"));
    }

    private async Task<Browser> SignInAsync(SessionApp app, string agent)
    {
        var browser = app.NewBrowser();
        var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in?user=" + _user);
        request.Headers.Add("User-Agent", agent);
        await browser.SendAsync(request);
        return browser;
    }
}
