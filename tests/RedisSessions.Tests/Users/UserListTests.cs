using System.Globalization;
using System.Net;

using Microsoft.AspNetCore.Builder;

using RedisSessions.Catalog;
using RedisSessions.Tests.Hosting;
using RedisSessions.Users;

namespace RedisSessions.Tests.Users;

/// <summary>What stands in the list of a user's sessions, in which order, and what is left of it when they have ended.</summary>
public sealed class UserListTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private readonly string _user = "user-" + Guid.NewGuid().ToString("N");
    private SessionApp _app = null!;

    private string Index => "SESSION-USER:" + _user;

    private UserSessions Sessions => _app.Get<UserSessions>();

    public async ValueTask InitializeAsync() => _app = await StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Theory]
    [InlineData("destroyed")]
    [InlineData("signed out")]
    [InlineData("ended by its id")]
    [InlineData("ended by an administrator")]
    public async Task The_last_session_of_a_user_that_ends_takes_the_index_with_it(string how)
    {
        using var browser = await SignInAsync();
        var id = SessionRedis.PublicOf(browser.Cookie!);

        switch (how)
        {
            case "destroyed": await browser.GetAsync("/destroy"); break;
            case "signed out": await browser.GetAsync("/sign-out"); break;
            case "ended by its id": Assert.True(await Sessions.EndAsync(_user, id)); break;
            default: Assert.True(await _app.Get<SessionCatalog>().EndAsync(id)); break;
        }

        Assert.False(await redis.Server.ExistsAsync(Index));
    }

    [Fact]
    public async Task Of_the_sessions_of_a_user_one_is_ended_by_its_id_and_the_others_stay()
    {
        using var one = await SignInAsync();
        using var other = await SignInAsync();

        Assert.True(await Sessions.EndAsync(_user, SessionRedis.PublicOf(one.Cookie!)));

        Assert.Equal("anonymous", (await one.GetAsync("/me")).Body);
        Assert.Equal(_user, (await other.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task Ending_all_sessions_passes_over_what_is_no_record_of_the_user_and_leaves_no_index()
    {
        using var mine = await SignInAsync();
        await redis.Server.CliAsync("SET", "SESSION:text", "no record");
        // A mark that was left behind by a build without marks says nothing: the version is another one.
        await redis.Server.CliAsync("HSET", "SESSION:others", "@user", "somebody else", "@version", "2", "@mark", "1:somebodyels");
        foreach (var key in (string[])["SESSION:text", "SESSION:others", "SESSION:missing"])
        {
            await redis.Server.CliAsync("ZADD", Index, "1", key);
        }

        Assert.Equal(1, await Sessions.EndAllAsync(_user));

        Assert.False(await redis.Server.ExistsAsync(Index));
        Assert.True(await redis.Server.ExistsAsync("SESSION:text"));
        Assert.True(await redis.Server.ExistsAsync("SESSION:others"));
        Assert.Equal("anonymous", (await mine.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task A_session_of_somebody_else_is_in_no_list_though_the_index_names_it()
    {
        using var mine = await SignInAsync();
        using var other = await SignInAsync(user: "other-" + _user);
        await redis.Server.CliAsync("ZADD", Index, "1", SessionRedis.KeyOf(other.Cookie!));

        Assert.Equal(SessionRedis.PublicOf(mine.Cookie!), Assert.Single(await Sessions.ListAsync(_user)).Id);
        Assert.Equal("other-" + _user, (await other.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task The_session_that_was_used_last_stands_first_in_the_list()
    {
        using var first = await SignInAsync();
        using var second = await SignInAsync();
        var now = await redis.Server.NowAsync();
        await redis.Server.CliAsync("HSET", SessionRedis.KeyOf(first.Cookie!), "@renewed", (now + 5000).ToString(CultureInfo.InvariantCulture));

        string[] expected = [SessionRedis.PublicOf(first.Cookie!), SessionRedis.PublicOf(second.Cookie!)];
        Assert.Equal(expected, (await Sessions.ListAsync(_user)).Select(session => session.Id));
    }

    [Fact]
    public async Task A_session_is_listed_to_end_at_its_deadline_where_that_comes_first()
    {
        using var browser = await SignInAsync();
        var deadline = await redis.Server.NowAsync() + 3_600_000;
        await redis.Server.CliAsync("HSET", SessionRedis.KeyOf(browser.Cookie!), "@deadline", deadline.ToString(CultureInfo.InvariantCulture));

        Assert.Equal(deadline, Assert.Single(await Sessions.ListAsync(_user)).ExpiresAt.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_sign_in_without_browser_or_address_leaves_nothing_of_those_of_the_one_before()
    {
        using var browser = await SignInAsync(agent: new string('a', 250), address: "::ffff:192.0.2.7");
        var before = Assert.Single(await Sessions.ListAsync(_user));
        Assert.Equal((new string('a', 200), "192.0.2.7"), (before.UserAgent, before.Address));

        await SendAsync(browser, _user, agent: null, address: "none");

        var after = Assert.Single(await Sessions.ListAsync(_user));
        Assert.Equal((null, null), (after.UserAgent, after.Address));
    }

    [Fact]
    public async Task Where_ids_are_not_hashed_all_sessions_but_one_are_ended_as_well()
    {
        await using var app = await StartAsync(o => (o.HashIds, o.KeyPrefix) = (false, "PLAIN:"));
        using var mine = await SignInAsync(app: app);
        using var other = await SignInAsync(app: app);

        Assert.Equal(1, await app.Get<UserSessions>().EndOthersAsync(_user, SessionRedis.PublicOf(mine.Cookie!)));

        Assert.Equal(_user, (await mine.GetAsync("/me")).Body);
        Assert.Equal("anonymous", (await other.GetAsync("/me")).Body);
    }

    private async Task<Browser> SignInAsync(string? user = null, string? agent = "a browser", string? address = null, SessionApp? app = null)
    {
        var browser = (app ?? _app).NewBrowser();
        await SendAsync(browser, user ?? _user, agent, address);
        return browser;
    }

    private static async Task SendAsync(Browser browser, string user, string? agent, string? address)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in?user=" + user);
        request.Headers.Add("X-Address", address ?? "127.0.0.1");
        if (agent is not null)
        {
            request.Headers.Add("User-Agent", agent);
        }

        await browser.SendAsync(request);
    }

    private Task<SessionApp> StartAsync(Action<RedisSessionOptions>? options = null) => SessionApp.StartAsync(new SessionAppSetup
    {
        Redis = redis.Server.ConnectionString,
        Options = options,
        Before = app => app.Use((context, next) =>
        {
            if (context.Request.Headers["X-Address"] is [{ } address])
            {
                context.Connection.RemoteIpAddress = IPAddress.TryParse(address, out var parsed) ? parsed : null;
            }

            return next(context);
        }),
    });
}
