using System.Net;

using Microsoft.Playwright;

using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Browser;

/// <summary>The main job end to end, in a real browser: register, read the code, sign in, see the session, sign out.</summary>
public sealed class JourneyTests(AppFixture fixture, StackExchangeRedisFixture other, Chromium chromium)
    : IClassFixture<AppFixture>, IClassFixture<StackExchangeRedisFixture>
{
    private const string Password = "correct horse battery";

    /// <summary>Each language and each client once; with LONG_RUN=1 each language over each client.</summary>
    public static TheoryData<string, string, bool> Journeys
    {
        get
        {
            TheoryData<string, string, bool> journeys = new() { { "en", "Your sessions", false }, { "zh-CN", "您的会话", true } };
            if (Environment.GetEnvironmentVariable("LONG_RUN") == "1")
            {
                journeys.Add("en", "Your sessions", true);
                journeys.Add("zh-CN", "您的会话", false);
            }

            return journeys;
        }
    }

    [Theory]
    [MemberData(nameof(Journeys))]
    public async Task A_newcomer_registers_signs_in_sees_the_session_and_signs_out_for_good(
        string language, string sessionsHeading, bool overStackExchangeRedis)
    {
        var site = overStackExchangeRedis ? other : fixture;
        await using var window = await chromium.OpenAsync(site.App, new() { Locale = language });
        var (page, person) = (window.Page, new Person(window.Page));
        var email = $"newcomer-{language}@example.com".ToLowerInvariant();
        await person.RegisterAsync(email, "Newcomer " + language, Password);
        await person.SignOutAsync();
        var before = await SessionKeysAsync(site);

        await person.SignInAsync(email, Password);

        Assert.Equal(language, await page.Locator("html").GetAttributeAsync("lang"));
        Assert.True(await page.GetByRole(AriaRole.Heading, new() { Name = sessionsHeading }).IsVisibleAsync());
        Assert.Equal(1, await page.Locator(".rows li").CountAsync());
        Assert.Contains("Chrome", await page.Locator(".rows li").InnerTextAsync(), StringComparison.Ordinal);
        var key = Assert.Single((await SessionKeysAsync(site)).Except(before));
        var cookie = (await window.Context.CookiesAsync()).Single(c => c.Name == "ssw");
        await AssertSameLifetimeAsync(site, key, page);

        await page.GotoAsync("/inspector");
        Assert.Contains(email, await page.Locator("table").InnerTextAsync(), StringComparison.Ordinal);

        await person.SignOutAsync();

        Assert.DoesNotContain(key, await SessionKeysAsync(site));
        Assert.Equal(HttpStatusCode.Redirect, await StatusWithAsync(site, cookie, "/account"));
    }

    [Fact]
    public async Task The_whole_journey_works_without_javascript()
    {
        await using var window = await chromium.OpenAsync(fixture.App, new() { JavaScriptEnabled = false });
        var person = new Person(window.Page);

        await person.RegisterAsync("noscript@example.com", "Without scripts", Password);
        await person.SignOutAsync();
        await person.SignInAsync("noscript@example.com", Password);

        Assert.Equal("Without scripts", await window.Page.Locator("h1").InnerTextAsync());
    }

    [Fact]
    public async Task Every_page_fits_a_phone_of_360_pixels_without_scrolling_sideways()
    {
        await using var window = await chromium.OpenAsync(fixture.App, new() { ViewportSize = new() { Width = 360, Height = 740 } });
        var (page, person) = (window.Page, new Person(window.Page));
        await AssertFitsAsync(page, ["/", "/register", "/signin", "/signin/code", "/reset", "/nowhere"]);
        await person.RegisterAsync("phone-with-a-rather-long-name-before-the-at-sign@mail.example.com", "On the phone", Password);

        await AssertFitsAsync(page, ["/account", "/account/password", "/account/email", "/account/delete", "/inspector", "/dev/mailbox"]);
    }

    [Fact]
    public async Task A_person_with_only_a_keyboard_can_sign_in()
    {
        await using var window = await chromium.OpenAsync(fixture.App);
        var (page, person) = (window.Page, new Person(window.Page));
        await person.RegisterAsync("keyboard@example.com", "Keyboard", Password);
        await person.SignOutAsync();
        await page.GotoAsync("/signin");

        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("skip", await page.EvaluateAsync<string>("document.activeElement.className"));
        await page.Keyboard.PressAsync("Enter");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync("keyboard@example.com");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.TypeAsync(Password);
        await page.Keyboard.PressAsync("Enter");

        await page.ArriveAtPathAsync("/account");
    }

    private static async Task AssertFitsAsync(IPage page, string[] paths)
    {
        foreach (var path in paths)
        {
            await page.GotoAsync(path);
            Assert.True(
                await page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= window.innerWidth"),
                $"{path} is wider than the screen.");
        }
    }

    /// <summary>Compares what the browser still gives its cookie with what Redis still gives the record.</summary>
    private static async Task AssertSameLifetimeAsync(AppFixture site, string key, IPage page)
    {
        // The cookie's end as a double: the typed answer is a float, which is two minutes coarse.
        var devTools = await page.Context.NewCDPSessionAsync(page);
        var cookies = (await devTools.SendAsync("Network.getCookies"))!.Value.GetProperty("cookies").EnumerateArray();
        var expires = cookies.Single(c => c.GetProperty("name").GetString() == "ssw").GetProperty("expires").GetDouble();

        // Both are moments, so that a slow machine changes nothing: Redis sets the TTL, then the browser gets its cookie.
        var ends = long.Parse(await site.Redis.CliAsync("PEXPIRETIME", key), System.Globalization.CultureInfo.InvariantCulture);

        Assert.InRange((expires * 1000) - ends, -1000, 10_000);
    }

    private static async Task<string[]> SessionKeysAsync(AppFixture site) =>
        (await site.Redis.CliAsync("--scan", "--pattern", "SESSION:*"))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static async Task<HttpStatusCode> StatusWithAsync(AppFixture site, BrowserContextCookiesResult cookie, string path)
    {
        using var client = site.App.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", $"{cookie.Name}={cookie.Value}");
        return (await client.SendAsync(request)).StatusCode;
    }
}
