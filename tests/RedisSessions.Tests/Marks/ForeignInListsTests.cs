using System.Diagnostics.Metrics;
using System.Net;
using System.Text;

using RedisSessions.Tests.Diagnostics;
using RedisSessions.Tests.Hosting;
using RedisSessions.Tests.Inspector;
using RedisSessions.Users;

namespace RedisSessions.Tests.Marks;

/// <summary>Lists of sessions show nobody's record under another's id, and lose none because of one wrong answer.</summary>
public sealed class ForeignInListsTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task The_inspector_leaves_out_a_record_that_names_another_key_and_counts_it()
    {
        await redis.Server.CliAsync("FLUSHALL");
        await using var inspector = await InspectorApp.StartAsync(redis.Server);
        using var anna = await inspector.SignInAsync("anna");
        using var bert = await inspector.SignInAsync("bert");
        await redis.Server.CliAsync("COPY", SessionRedis.KeyOf(bert.Cookie!), SessionRedis.KeyOf(anna.Cookie!), "REPLACE");
        using var counters = new Counters(inspector.App.Get<IMeterFactory>());

        var page = await inspector.JsonAsync("/inspector?size=100");
        var one = await inspector.Admin.GetAsync("/inspector/" + SessionRedis.PublicOf(anna.Cookie!));

        Assert.Equal(
            new[] { bert, inspector.Admin }.Select(browser => SessionRedis.PublicOf(browser.Cookie!)).Order(),
            page["sessions"]!.AsArray().Select(session => (string)session!["id"]!).Order());
        Assert.Equal(HttpStatusCode.NotFound, one.Status);
        Assert.Equal(2, counters["foreign_replies", "foreign"]);
    }

    [Fact]
    public async Task A_users_list_does_not_show_a_record_that_names_another_key_and_signing_out_everywhere_ends_it()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        var (user, other) = (Guid.NewGuid().ToString("N"), Guid.NewGuid().ToString("N"));
        using var first = await SignInAsync(app, user);
        using var second = await SignInAsync(app, user);
        using var stranger = await SignInAsync(app, other);
        var key = SessionRedis.KeyOf(first.Cookie!);
        await redis.Server.CliAsync("COPY", SessionRedis.KeyOf(stranger.Cookie!), key, "REPLACE");
        var sessions = app.Get<UserSessions>();

        Assert.Equal([SessionRedis.PublicOf(second.Cookie!)], (await sessions.ListAsync(user)).Select(session => session.Id));
        Assert.Equal(2, await sessions.EndAllAsync(user));

        Assert.False(await redis.Server.ExistsAsync(key));
        Assert.Equal(other, (await stranger.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task A_wrong_answer_that_there_is_no_record_takes_no_session_out_of_a_users_list()
    {
        await using var app = await MarkedApp.StartAsync(redis.Server, nearCacheBytes: 0);
        var user = Guid.NewGuid().ToString("N");
        using var browser = await SignInAsync(app.App, user);
        app.Lie(times: 1, reply => Encoding.Latin1.GetString(reply).Contains(user, StringComparison.Ordinal)
            ? Encoding.Latin1.GetBytes("*9\r\n" + string.Concat(Enumerable.Repeat("_\r\n", 9)))
            : null);

        var listed = await app.App.Get<UserSessions>().ListAsync(user);

        Assert.Equal(1, app.Lies);
        Assert.Equal([SessionRedis.PublicOf(browser.Cookie!)], listed.Select(session => session.Id));
        Assert.Equal("1", await redis.Server.CliAsync("ZCARD", "SESSION-USER:" + user));
        Assert.Equal(1, app.Counters["foreign_replies", "missing"]);
    }

    private static async Task<Browser> SignInAsync(SessionApp app, string user)
    {
        var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=" + user);
        return browser;
    }
}
