using System.Net;
using System.Security.Claims;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Authentication;
using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Authentication;

/// <summary>The principal in the session: policies, challenges, revalidation.</summary>
public sealed class SessionAuthenticationTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private volatile string _stamp = "1";
    private int _checks;

    [Fact]
    public async Task Who_is_signed_in_passes_an_authorized_endpoint_and_nobody_else_does()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/mine")).Status);

        await browser.GetAsync("/sign-in?user=anna");

        Assert.Equal("anna", (await browser.GetAsync("/mine")).Body);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/admins")).Status);
    }

    [Fact]
    public async Task A_challenge_leads_to_the_login_path_with_the_local_url_that_was_asked_for()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();

        var answer = await browser.GetAsync("/mine?tab=2&x=%2F");

        Assert.Equal("/login?ReturnUrl=%2Fmine%3Ftab%3D2%26x%3D%252F", answer.Header("Location"));
    }

    [Theory]
    [InlineData("https://evil.example.com/")]
    [InlineData("//evil.example.com")]
    [InlineData("/\\evil.example.com")]
    [InlineData("/\t/evil.example.com")]
    [InlineData("javascript:alert(1)")]
    public async Task A_challenge_never_carries_a_return_url_that_leads_out(string target)
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();

        var location = (await browser.GetAsync("/challenge?to=" + Uri.EscapeDataString(target))).Header("Location");

        Assert.StartsWith("/login?ReturnUrl=%2Fchallenge", location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Accept", "application/json")]
    [InlineData("X-Requested-With", "XMLHttpRequest")]
    public async Task A_client_that_cannot_show_a_page_gets_status_codes_instead_of_redirects(string header, string value)
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(browser, "/mine")).Status);

        await browser.GetAsync("/sign-in?user=anna");

        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(browser, "/admins")).Status);

        Task<Answer> SendAsync(Browser browser, string path)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add(header, value);
            return browser.SendAsync(request);
        }
    }

    [Fact]
    public async Task A_principal_whose_stamp_has_changed_is_signed_out_by_its_next_request_on_any_instance()
    {
        await using var one = await StartAsync();
        await using var two = await StartAsync();
        using var browser = one.NewBrowser();
        await browser.GetAsync("/sign-in?user=anna");
        using var elsewhere = browser.At(two.Address);
        Assert.Equal("anna", (await elsewhere.GetAsync("/me")).Body);
        var key = SessionRedis.KeyOf(browser.Cookie!);

        _stamp = "2";

        Assert.Equal("anonymous", (await elsewhere.GetAsync("/me")).Body);
        Assert.Null(elsewhere.Cookie);
        Assert.False(await redis.Server.ExistsAsync(key));
        Assert.Equal("anonymous", (await browser.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task Between_two_checks_the_principal_is_taken_as_it_is()
    {
        await using var app = await StartAsync(TimeSpan.FromMinutes(1));
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=anna");
        await browser.GetAsync("/me");
        await browser.GetAsync("/me");
        Assert.Equal(0, _checks);

        app.Time.Advance(TimeSpan.FromSeconds(61));
        await browser.GetAsync("/me");
        await browser.GetAsync("/me");

        Assert.Equal(1, _checks);
        Assert.Equal("anna", (await browser.GetAsync("/me")).Body);
    }

    [Fact]
    public async Task A_replaced_principal_is_kept_in_the_session_under_the_same_id()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=promoted");
        var before = browser.Cookie;

        await browser.GetAsync("/me");

        Assert.Equal("promoted", (await browser.GetAsync("/admins")).Body);
        Assert.Equal(before, browser.Cookie);
    }

    [Fact]
    public async Task Somebody_without_a_user_id_takes_over_nothing_from_another_without_one()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.Server.ConnectionString,
            Endpoints = app => app.MapGet("/sign-in-nameless", (HttpContext c) => c.SignInAsync(new ClaimsPrincipal(new ClaimsIdentity("password")))),
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in-nameless");
        await browser.GetAsync("/set?k=a&v=1");

        await browser.GetAsync("/sign-in-nameless");

        Assert.Equal("none", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task A_principal_without_a_user_id_is_signed_in_and_listed_under_no_user()
    {
        await using var app = await StartAsync();
        using var browser = app.NewBrowser();

        await browser.GetAsync("/sign-in-nameless");

        Assert.Equal("nameless", (await browser.GetAsync("/me")).Body);
        Assert.Empty(await redis.Server.KeysAsync("SESSION-USER:"));
        Assert.Contains(app.Log.OfSessions, line => line.Text.Contains("NameIdentifier", StringComparison.Ordinal));
    }

    private Task<SessionApp> StartAsync(TimeSpan validateEvery = default) => SessionApp.StartAsync(new SessionAppSetup
    {
        Redis = redis.Server.ConnectionString,
        Services = services =>
        {
            services.AddAuthorizationBuilder().AddPolicy("admins", policy => policy.RequireRole("admin"));
            services.AddAuthentication().AddSession(o =>
            {
                o.LoginPath = "/login";
                o.AccessDeniedPath = "/denied";
                o.ValidateEvery = validateEvery;
                o.OnValidate = ValidateAsync;
            });
        },
        Endpoints = app =>
        {
            app.MapGet("/mine", (HttpContext c) => c.User.Identity!.Name).RequireAuthorization();
            app.MapGet("/admins", (HttpContext c) => c.User.Identity!.Name).RequireAuthorization("admins");
            app.MapGet("/challenge", (string to, HttpContext c) => c.ChallengeAsync(new AuthenticationProperties { RedirectUri = to }));
            app.MapGet("/sign-in-nameless", (HttpContext c) => c.SignInAsync(
                new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "nameless")], "password"))));
        },
    });

    private ValueTask ValidateAsync(SessionValidationContext context)
    {
        Interlocked.Increment(ref _checks);
        if (_stamp != "1")
        {
            context.Reject();
        }
        else if (context.Principal.Identity!.Name == "promoted" && !context.Principal.IsInRole("admin"))
        {
            context.Replace(new ClaimsPrincipal(new ClaimsIdentity(
                [.. context.Principal.Claims, new Claim(ClaimTypes.Role, "admin")], "password")));
        }

        return ValueTask.CompletedTask;
    }
}
