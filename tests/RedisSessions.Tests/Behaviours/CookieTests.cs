using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Behaviours;

/// <summary>What the cookie looks like, and "remember me".</summary>
public sealed class CookieTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task Over_plain_http_the_cookie_is_httponly_lax_and_has_the_name_it_was_given()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();

        var cookie = (await browser.GetAsync("/set?k=a&v=1")).SetCookie!;

        Assert.StartsWith("ssw=", cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("samesite=lax", cookie, StringComparison.Ordinal);
        Assert.Contains("path=/", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("secure", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("expires", cookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_https_the_cookie_is_secure_and_its_name_carries_the_host_prefix()
    {
        await using var app = await StartAsync();
        using var browser = new Browser(app.Address) { CookieName = "__Host-ssw" };

        var answer = await SendSecureAsync(browser, "/set?k=a&v=1");

        Assert.StartsWith("__Host-ssw=", answer.SetCookie, StringComparison.Ordinal);
        Assert.Contains("secure", answer.SetCookie, StringComparison.Ordinal);
        Assert.Equal("1", (await SendSecureAsync(browser, "/get?k=a")).Body);
    }

    [Theory]
    [InlineData("example.com", "/")]
    [InlineData(null, "/app")]
    public async Task A_cookie_with_a_domain_or_a_path_of_its_own_is_named_without_the_prefix(string? domain, string path)
    {
        await using var app = await SessionApp.StartAsync(redis.Server.ConnectionString, o =>
            (o.Cookie.Domain, o.Cookie.Path, o.Cookie.SecurePolicy) = (domain, path, CookieSecurePolicy.Always));
        using var browser = app.NewBrowser();

        Assert.StartsWith("ssw=", (await browser.GetAsync("/set?k=a&v=1")).SetCookie, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_that_commits_twice_sets_one_cookie_and_leaves_those_of_others()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet("/commit-twice", async (HttpContext c) =>
            {
                c.Response.Cookies.Append("ssw-form", "1");
                c.Session.SetString("a", "1");
                await c.Session.CommitAsync();
                await c.RedisSession().RenewIdAsync();
            }),
        });
        using var browser = app.NewBrowser();

        var lines = (await browser.GetAsync("/commit-twice")).Headers["Set-Cookie"];

        Assert.Equal(["ssw", "ssw-form"], lines.Select(line => line.Split('=')[0]).Order());
    }

    [Fact]
    public async Task A_response_that_sets_the_cookie_may_not_be_stored_by_caches()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();

        Assert.Contains("no-store", (await browser.GetAsync("/set?k=a&v=1")).Header("Cache-Control"), StringComparison.Ordinal);
        Assert.Null((await browser.GetAsync("/get?k=a")).Header("Cache-Control"));
    }

    [Fact]
    public async Task Of_several_cookies_of_the_name_the_well_formed_one_counts()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        var request = new HttpRequestMessage(HttpMethod.Get, "/get?k=a");
        request.Headers.Add("Cookie", $"other=1; ssw=garbage; sswx={new string('A', 43)}; ssw={browser.Cookie}; last=2");
        browser.Cookie = null;

        Assert.Equal("1", (await browser.SendAsync(request)).Body);
    }

    [Fact]
    public async Task Without_remember_me_the_cookie_ends_with_the_browser_and_the_record_has_its_own_ttl()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();

        var since = await redis.Server.NowAsync();
        var answer = await browser.GetAsync("/sign-in-with?remember=false");
        var key = SessionRedis.KeyOf(browser.Cookie!);

        Assert.NotNull(answer.SetCookie);
        Assert.Null(answer.MaxAge);
        Assert.Equal("1", await redis.Server.FieldAsync(key, "@browser"));
        await redis.Server.AssertTtlSetAsync(key, 604_800_000, since);

        app.Time.Advance(TimeSpan.FromHours(9));
        var renewed = await browser.GetAsync("/me");
        Assert.NotNull(renewed.SetCookie);
        Assert.Null(renewed.MaxAge);
    }

    [Fact]
    public async Task With_remember_me_the_cookie_has_the_max_age_again()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in-with?remember=false");

        var answer = await browser.GetAsync("/sign-in-with?remember=true");

        Assert.Equal(604_800, answer.MaxAge);
        Assert.Equal("", await redis.Server.FieldAsync(SessionRedis.KeyOf(browser.Cookie!), "@browser"));
    }

    [Fact]
    public async Task A_session_with_a_lifetime_of_its_own_keeps_it_over_its_renewals()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();

        Assert.Equal(120, (await browser.GetAsync("/short")).MaxAge);
        app.Time.Advance(TimeSpan.FromSeconds(7)); // a twentieth of 120 s
        var since = await redis.Server.NowAsync();
        var renewed = await browser.GetAsync("/get?k=a");

        Assert.Equal(120, renewed.MaxAge);
        await redis.Server.AssertTtlSetAsync(SessionRedis.KeyOf(browser.Cookie!), 120_000, since);
    }

    [Fact]
    public async Task A_session_with_a_life_shorter_than_the_pause_between_renewals_is_renewed_in_time()
    {
        await using var app = await StartAsync(o => o.RenewAfter = TimeSpan.FromHours(1));
        using var browser = app.NewBrowser();
        await browser.GetAsync("/short");

        app.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(120, (await browser.GetAsync("/get?k=a")).MaxAge);
    }

    private static Task<Answer> SendSecureAsync(Browser browser, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Forwarded-Proto", "https");
        return browser.SendAsync(request);
    }

    private Task<SessionApp> StartAsync(Action<RedisSessionOptions>? options = null) => SessionApp.StartAsync(new SessionAppSetup
    {
        Options = options,
        Redis = redis.Server.ConnectionString,
        Before = app => app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedProto }),
        Endpoints = app =>
        {
            app.MapGet("/sign-in-with", (bool remember, HttpContext c) =>
                Microsoft.AspNetCore.Authentication.AuthenticationHttpContextExtensions.SignInAsync(
                    c, SessionEndpoints.Principal("anna"),
                    new Microsoft.AspNetCore.Authentication.AuthenticationProperties { IsPersistent = remember }));
            app.MapGet("/short", (HttpContext c) =>
            {
                c.RedisSession().Lifetime = SessionLifetime.Remembered(TimeSpan.FromSeconds(120));
                c.Session.SetString("a", "1");
            });
        },
    });
}
