using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Behaviours;

/// <summary>Behaviour 1: fewest round trips. Without the near cache a round trip is one command.</summary>
public sealed class RoundTripTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task A_request_without_a_cookie_costs_no_command()
    {
        await using var app = await WarmAppAsync();
        using var browser = app.NewBrowser();

        Assert.Empty(await CommandsOfAsync(browser, "/get?k=a"));
        Assert.Empty(await CommandsOfAsync(browser, "/untouched"));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAA+AAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%20A")]
    public async Task A_request_with_a_cookie_that_is_no_id_costs_no_command(string cookie)
    {
        await using var app = await WarmAppAsync();
        using var browser = app.NewBrowser();
        browser.Cookie = cookie;

        Assert.Empty(await CommandsOfAsync(browser, "/get?k=a"));
    }

    [Fact]
    public async Task The_first_write_of_a_new_session_costs_one_command()
    {
        await using var app = await WarmAppAsync();
        using var browser = app.NewBrowser();

        Assert.Single(await CommandsOfAsync(browser, "/set?k=a&v=1"));
    }

    [Fact]
    public async Task A_read_of_an_existing_session_costs_one_command()
    {
        await using var app = await WarmAppAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        var commands = await CommandsOfAsync(browser, "/get?k=a");

        Assert.StartsWith("\"HGETALL\"", Assert.Single(commands), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_with_a_well_formed_id_that_nobody_knows_costs_two_commands()
    {
        await using var app = await WarmAppAsync();
        using var browser = app.NewBrowser();
        browser.Cookie = new string('A', 43);

        var commands = await CommandsOfAsync(browser, "/get?k=a");

        Assert.Equal(["HGETALL", "EVALSHA"], commands.Select(line => line.Split('"')[1]));
    }

    [Theory]
    [InlineData("/set?k=a&v=2")]
    [InlineData("/remove?k=a")]
    [InlineData("/count")]
    [InlineData("/renew")]
    [InlineData("/refresh")]
    [InlineData("/destroy")]
    [InlineData("/sign-in?user=anna")]
    public async Task A_change_of_an_existing_session_costs_two_commands(string path)
    {
        await using var app = await WarmAppAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        Assert.Equal(2, (await CommandsOfAsync(browser, path)).Length);
    }

    [Fact]
    public async Task A_sign_in_without_a_session_before_costs_one_command()
    {
        await using var app = await WarmAppAsync();
        using var browser = app.NewBrowser();

        Assert.Single(await CommandsOfAsync(browser, "/sign-in?user=anna"));
    }

    [Theory]
    [InlineData("/sign-out")]
    [InlineData("/renew")]
    [InlineData("/sign-in?user=anna")]
    public async Task What_a_signed_in_user_does_with_the_session_costs_two_commands(string path)
    {
        await using var app = await WarmAppAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=anna");

        Assert.Equal(2, (await CommandsOfAsync(browser, path)).Length);
    }

    [Fact]
    public async Task A_read_with_renewal_due_costs_two_commands()
    {
        await using var app = await WarmAppAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");
        app.Time.Advance(TimeSpan.FromHours(9)); // more than a twentieth of 7 days

        Assert.Equal(2, (await CommandsOfAsync(browser, "/get?k=a")).Length);
    }

    [Fact]
    public async Task An_endpoint_without_session_costs_no_command_though_the_cookie_is_good()
    {
        await using var app = await WarmAppAsync();
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        Assert.Empty(await CommandsOfAsync(browser, "/without"));
    }

    // The server knows the scripts afterwards: the first run of each costs one command more.
    private async Task<SessionApp> WarmAppAsync()
    {
        var app = await SessionApp.StartAsync(redis.Server.ConnectionString);
        using var browser = app.NewBrowser();
        foreach (var path in (string[])["/set?k=a&v=1", "/set?k=a&v=2", "/sign-in?user=warm", "/sign-out"])
        {
            await browser.GetAsync(path);
        }

        browser.Cookie = new string('A', 43);
        await browser.GetAsync("/get?k=a");
        return app;
    }

    private async Task<string[]> CommandsOfAsync(Browser browser, string path)
    {
        await using var monitor = await redis.Server.MonitorAsync();
        var answer = await browser.GetAsync(path);
        Assert.True(answer.Status == System.Net.HttpStatusCode.OK, answer.Body);
        return await monitor.SessionCommandsAsync();
    }
}
