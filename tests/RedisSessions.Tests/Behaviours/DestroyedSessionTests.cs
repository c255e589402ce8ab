using System.Net;

using RedisSessions.Catalog;
using RedisSessions.Tests.Hosting;
using RedisSessions.Users;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviour 4: a destroyed session stays destroyed.</summary>
public sealed class DestroyedSessionTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Theory]
    [InlineData("destroy")]
    [InlineData("sign-out")]
    [InlineData("revocation")]
    [InlineData("inspector")]
    [InlineData("DEL")]
    [InlineData("expiry")]
    [InlineData("renewed id")]
    public async Task A_slow_write_does_not_bring_back_a_session_that_ended_meanwhile(string end)
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=anna");
        using var slowBrowser = browser.Clone();
        var key = SessionRedis.KeyOf(browser.Cookie!);

        var slow = slowBrowser.GetAsync("/gated-set?k=a&v=1&gate=slow");
        await app.Gates.ReachedAsync("slow");
        await EndAsync(end, app, browser, key);
        await TestServers.Eventually.TrueAsync(async () => !await redis.Server.ExistsAsync(key));
        app.Gates.Open("slow");
        var answer = await slow;

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Null(answer.SetCookie);
        Assert.False(await redis.Server.ExistsAsync(key));
        Assert.Equal("none", (await slowBrowser.GetAsync("/get?k=a")).Body);
        Assert.Equal("anonymous", (await slowBrowser.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task A_renewal_that_finds_its_session_gone_makes_no_key_and_sets_no_cookie()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o => o.RenewAfter = TimeSpan.Zero);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var key = SessionRedis.KeyOf(browser.Cookie!);

        var slow = browser.Clone().GetAsync("/gated-get?k=a&gate=slow");
        await app.Gates.ReachedAsync("slow");
        await redis.Server.CliAsync("DEL", key);
        app.Gates.Open("slow");

        Assert.Null((await slow).SetCookie);
        Assert.False(await redis.Server.ExistsAsync(key));
    }

    [Fact]
    public async Task No_key_of_a_session_is_ever_without_a_ttl()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        foreach (var path in (string[])["/set?k=a&v=1", "/set?k=b&v=1", "/remove?k=a", "/count", "/refresh", "/renew",
            "/sign-in?user=berta", "/renew", "/set?k=c&v=1"])
        {
            await browser.GetAsync(path);
            foreach (var key in await redis.Server.KeysAsync("SESSION*"))
            {
                Assert.True(await redis.Server.PttlAsync(key) > 0, $"{key} after {path}");
            }
        }
    }

    private async Task EndAsync(string end, SessionApp app, Browser browser, string key)
    {
        var id = SessionRedis.PublicOf(browser.Cookie!);
        switch (end)
        {
            case "destroy":
                await browser.GetAsync("/destroy");
                break;
            case "sign-out":
                await browser.GetAsync("/sign-out");
                break;
            case "revocation":
                Assert.True(await app.Get<UserSessions>().EndAsync("anna", id));
                break;
            case "inspector":
                Assert.True(await app.Get<SessionCatalog>().EndAsync(id));
                break;
            case "DEL":
                await redis.Server.CliAsync("DEL", key);
                break;
            case "expiry":
                await redis.Server.CliAsync("PEXPIRE", key, "5");
                break;
            default:
                await browser.GetAsync("/renew");
                break;
        }
    }
}
