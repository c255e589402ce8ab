using System.Buffers.Text;
using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviours 6 and 7: strict ids, and a new one at sign-in, sign-out and on demand.</summary>
public sealed class IdTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task An_id_has_256_random_bits_in_43_characters_of_base64url()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        var ids = new HashSet<string>();
        var (ever, always) = (new byte[32], Enumerable.Repeat(byte.MaxValue, 32).ToArray());
        for (var i = 0; i < 50; i++)
        {
            using var browser = app.NewBrowser();
            await browser.GetAsync("/set?k=a&v=1");
            Assert.Matches("^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$", browser.Cookie);
            Assert.True(ids.Add(browser.Cookie!));
            var bytes = Base64Url.DecodeFromChars(browser.Cookie);
            for (var at = 0; at < bytes.Length; at++)
            {
                ever[at] |= bytes[at];
                always[at] &= bytes[at];
            }
        }

        // Each bit was set in one of them and not in another.
        Assert.All(ever, bits => Assert.Equal(byte.MaxValue, bits));
        Assert.All(always, bits => Assert.Equal(0, bits));
    }

    [Fact]
    public async Task An_unknown_id_is_never_adopted_and_the_next_session_gets_a_new_one()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        var chosen = new string('A', 43);
        browser.Cookie = chosen;

        await browser.GetAsync("/set?k=a&v=1");

        Assert.NotEqual(chosen, browser.Cookie);
        Assert.False(await redis.Server.ExistsAsync(SessionRedis.KeyOf(chosen)));
    }

    [Fact]
    public async Task The_id_of_the_session_is_the_public_one_and_never_the_secret()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        var id = (await browser.GetAsync("/id")).Body;

        Assert.NotEqual(browser.Cookie, id);
        Assert.Equal(SessionRedis.PublicOf(browser.Cookie!), id);
        Assert.True(await redis.Server.ExistsAsync("SESSION:" + id));
    }

    [Fact]
    public async Task A_derived_secret_is_one_for_each_session_id_and_purpose_and_redis_does_not_hold_it()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet("/derive", (HttpContext c, string purpose) => c.RedisSession().DeriveSecret(purpose)),
        });
        using var browser = app.NewBrowser();
        using var other = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await other.GetAsync("/set?k=a&v=1");

        var secret = (await browser.GetAsync("/derive?purpose=one")).Body;

        Assert.Matches("^[A-Za-z0-9_-]{43}$", secret);
        Assert.Equal(secret, (await browser.GetAsync("/derive?purpose=one")).Body);
        string[] others = [(await browser.GetAsync("/derive?purpose=two")).Body, (await other.GetAsync("/derive?purpose=one")).Body, browser.Cookie!, SessionRedis.PublicOf(browser.Cookie!)];
        Assert.DoesNotContain(secret, others);
        await browser.GetAsync("/renew");
        Assert.NotEqual(secret, (await browser.GetAsync("/derive?purpose=one")).Body);
    }

    [Fact]
    public async Task The_public_id_used_as_a_cookie_opens_nothing()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        browser.Cookie = SessionRedis.PublicOf(browser.Cookie!);

        Assert.Equal("none", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task With_ids_not_hashed_the_key_holds_the_secret_and_the_id_shown_is_still_the_public_one()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o =>
        {
            o.HashIds = false;
            o.KeyPrefix = "PLAIN:";
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        Assert.True(await redis.Server.ExistsAsync("PLAIN:" + browser.Cookie));
        Assert.Equal(SessionRedis.PublicOf(browser.Cookie!), (await browser.GetAsync("/id")).Body);
        Assert.Equal("1", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Theory]
    [InlineData("/renew")]
    [InlineData("/sign-in?user=anna")]
    public async Task A_new_id_keeps_the_data_and_the_old_id_is_dead_at_once(string path)
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        using var old = browser.Clone();

        var answer = await browser.GetAsync(path);

        Assert.NotEqual(old.Cookie, browser.Cookie);
        Assert.Equal(SessionRedis.PublicOf(browser.Cookie!), answer.Body);
        Assert.Equal("1", (await browser.GetAsync("/get?k=a")).Body);
        Assert.Equal("none", (await old.GetAsync("/get?k=a")).Body);
        Assert.False(await redis.Server.ExistsAsync(SessionRedis.KeyOf(old.Cookie ?? new string('A', 43))));
    }

    [Fact]
    public async Task A_new_id_keeps_what_another_request_wrote_while_it_was_being_renewed()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet("/gated-renew", async (HttpContext c, Gates gates) =>
            {
                await gates.PassAsync("renew");
                await c.RedisSession().RenewIdAsync();
            }),
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        var renewal = browser.GetAsync("/gated-renew");
        await app.Gates.ReachedAsync("renew");
        await browser.Clone().GetAsync("/set?k=b&v=2");
        app.Gates.Open("renew");
        await renewal;

        Assert.Equal("a,b", (await browser.GetAsync("/keys")).Body);
    }

    [Fact]
    public async Task Sign_out_ends_the_record_clears_the_cookie_and_leaves_the_old_id_anonymous()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        await browser.GetAsync("/sign-in?user=anna");
        Assert.Equal("anna", (await browser.GetAsync("/me")).Body);
        using var old = browser.Clone();

        var answer = await browser.GetAsync("/sign-out");

        Assert.Contains("expires=Thu, 01 Jan 1970", answer.SetCookie, StringComparison.Ordinal);
        Assert.Null(browser.Cookie);
        Assert.False(await redis.Server.ExistsAsync(SessionRedis.KeyOf(old.Cookie!)));
        Assert.Equal("anonymous", (await old.GetAsync("/me")).Body);
        Assert.Equal("none", (await old.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task Signing_in_as_somebody_else_leaves_nothing_of_the_data_of_the_user_before()
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=anna");
        await browser.GetAsync("/set?k=secret&v=of-anna");
        var before = SessionRedis.KeyOf(browser.Cookie!);

        var answer = await browser.GetAsync("/sign-in?user=berta");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("berta", (await browser.GetAsync("/me")).Body);
        Assert.Equal("none", (await browser.GetAsync("/get?k=secret")).Body);
        Assert.False(await redis.Server.ExistsAsync(before));
    }

    [Fact]
    public async Task A_sign_in_over_a_session_that_just_ended_still_signs_in()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet("/gated-sign-in", async (HttpContext c, Gates gates) =>
            {
                await gates.PassAsync("sign-in");
                await Microsoft.AspNetCore.Authentication.AuthenticationHttpContextExtensions.SignInAsync(
                    c, SessionEndpoints.Principal("anna"));
            }),
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        var signIn = browser.GetAsync("/gated-sign-in");
        await app.Gates.ReachedAsync("sign-in");
        await redis.Server.CliAsync("DEL", SessionRedis.KeyOf(browser.Cookie!));
        app.Gates.Open("sign-in");
        await signIn;

        Assert.Equal("anna", (await browser.GetAsync("/me")).Body);
        Assert.Equal("none", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task On_a_cluster_where_keys_lie_in_different_slots_everything_works_the_same()
    {
        await using var cluster = await TestServers.RedisServer.StartAsync("--cluster-enabled", "yes");
        await cluster.CliAsync("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
        await TestServers.Eventually.TrueAsync(async () =>
            (await cluster.CliAsync("CLUSTER", "INFO")).Contains("cluster_state:ok", StringComparison.Ordinal));
        await using var app = await SessionApp.StartAsync(cluster.ConnectionString);
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        using var old = browser.Clone();

        await browser.GetAsync("/sign-in?user=anna");
        Assert.InRange(await cluster.PttlAsync("SESSION-USER:anna"), 604_000_000, 604_800_000);
        await cluster.CliAsync("ZADD", "SESSION-USER:anna", "1", "SESSION:expired");
        await browser.GetAsync("/renew");
        Assert.DoesNotContain("SESSION:expired", await cluster.CliAsync("ZRANGE", "SESSION-USER:anna", "0", "-1"), StringComparison.Ordinal);

        Assert.Equal("anna", (await browser.GetAsync("/me")).Body);
        Assert.Equal("1", (await browser.GetAsync("/get?k=a")).Body);
        Assert.Equal("none", (await old.GetAsync("/get?k=a")).Body);
        Assert.Single(await cluster.KeysAsync("SESSION:*"));
        Assert.Single(await app.Get<RedisSessions.Users.UserSessions>().ListAsync("anna"));
        Assert.InRange(await cluster.PttlAsync(SessionRedis.KeyOf(browser.Cookie!)), 604_000_000, 604_800_000);

        await browser.GetAsync("/sign-out");
        Assert.Empty(await cluster.KeysAsync("SESSION*"));
    }
}
