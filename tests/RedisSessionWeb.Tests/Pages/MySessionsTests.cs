using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Pages;

/// <summary>People see where they are signed in, and end what they do not want.</summary>
public sealed class MySessionsTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task Each_session_is_listed_with_its_device_and_this_one_is_marked()
    {
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("lists@example.com", "Lists", Password);
        using var other = await SignInAsync("lists@example.com");

        await visit.OpenAsync("/account");

        var rows = visit.Page.QuerySelectorAll(".rows li").Select(row => row.TextContent).ToArray();
        Assert.Equal(2, rows.Length);
        Assert.Contains("this session", rows[0], StringComparison.Ordinal);
        Assert.DoesNotContain("this session", rows[1], StringComparison.Ordinal);
        Assert.All(rows, row => Assert.Contains("Firefox on Linux", row, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_session_that_is_ended_is_signed_out_with_its_next_request()
    {
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("ends@example.com", "Ends", Password);
        using var other = await SignInAsync("ends@example.com");
        await visit.OpenAsync("/account");
        var id = visit.Page.QuerySelectorAll(".rows li")[1].QuerySelector("input[name=id]")!.GetAttribute("value")!;

        await visit.SubmitAsync(".rows form", ("id", id));

        Assert.Equal("/account?done=ended", visit.Path);
        await other.OpenAsync("/account");
        Assert.StartsWith("/signin", other.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_other_sessions_end_with_one_click_and_this_one_stays()
    {
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("others@example.com", "Others", Password);
        using var second = await SignInAsync("others@example.com");
        using var third = await SignInAsync("others@example.com");
        await visit.OpenAsync("/account");

        await visit.SubmitAsync("form[action*=EndOthers]");

        Assert.Equal("/account?done=others", visit.Path);
        Assert.Equal(1, visit.Page.QuerySelectorAll(".rows li").Length);
        await second.OpenAsync("/account");
        Assert.StartsWith("/signin", second.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_can_end_a_session_of_somebody_else()
    {
        using var victim = new Visit(fixture.App);
        await victim.RegisterAsync("kept@example.com", "Kept", Password);
        var id = victim.Page.QuerySelector("input[name=id]")!.GetAttribute("value")!;
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync("meddler@example.com", "Meddler", Password);

        await visit.SubmitAsync(".rows form", ("id", id));

        await victim.OpenAsync("/account");
        Assert.Equal("/account", victim.Path);
    }

    [Theory]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge", "Windows")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari", "iPhone")]
    [InlineData("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome", "Android")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "macOS")]
    [InlineData("curl/8.5.0", "curl", null)]
    [InlineData("", null, null)]
    [InlineData(null, null, null)]
    public void A_browser_is_named_by_its_user_agent_or_not_at_all(string? userAgent, string? name, string? system) =>
        Assert.Equal(new RedisSessionWeb.Visitors.Browser(name, system), RedisSessionWeb.Visitors.Browser.Of(userAgent));

    private async Task<Visit> SignInAsync(string email)
    {
        var visit = new Visit(fixture.App);
        await visit.OpenAsync("/signin");
        await visit.SubmitAsync(("Email", email), ("Password", Password));
        Assert.Equal("/account", visit.Path);
        return visit;
    }
}
