using System.Net;

using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Pages;

/// <summary>What every answer tells the browser (OWASP ASVS 5.0.0, V3).</summary>
public sealed class SecurityHeaderTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/register")]
    [InlineData("/css/site.css")]
    [InlineData("/healthz/live")]
    [InlineData("/nowhere")]
    public async Task Every_answer_has_a_strict_policy_even_an_error(string path)
    {
        using var client = fixture.App.CreateClient();

        var response = await client.GetAsync(path);

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; ", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("same-origin", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/register")]
    [InlineData("/signin")]
    [InlineData("/dev/mailbox")]
    public async Task No_page_has_inline_scripts_or_styles(string path)
    {
        using var visit = new Visit(fixture.App);

        await visit.OpenAsync(path);

        Assert.Empty(visit.Page.QuerySelectorAll("style, [style], script:not([src])"));
        Assert.DoesNotContain(visit.Page.QuerySelectorAll("*"), e => e.Attributes.Any(a => a.Name.StartsWith("on", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("/register")]
    [InlineData("/signin")]
    [InlineData("/signout")]
    [InlineData("/language")]
    [InlineData("/reset")]
    [InlineData("/dev/mailbox")]
    public async Task A_form_from_another_site_is_refused(string path)
    {
        using var client = fixture.App.CreateClient();

        var response = await client.PostAsync(path, new FormUrlEncodedContent([new("Email", "a@example.com")]));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_visitor_who_only_looks_gets_no_session_cookie_and_costs_redis_nothing()
    {
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync("/");
        await using var monitor = await fixture.Redis.MonitorAsync();

        await visit.OpenAsync("/");
        await visit.OpenAsync("/signin");

        var seen = await monitor.CommandsAsync();
        Assert.DoesNotContain(seen, line => line.Contains("SESSION", StringComparison.Ordinal));
        Assert.Null(visit.Cookies.GetCookies(fixture.App.Address)["ssw"]);
    }
}
