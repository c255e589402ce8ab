using System.Net;

using Microsoft.Playwright;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Browser;

/// <summary>The application with its accounts in PostgreSQL: nothing looks different.</summary>
public sealed class PostgreSqlJourneyTests(Chromium chromium) : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private AccountDatabase _database = null!;
    private RedisServer _redis = null!;
    private RunningApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await AccountDatabase.StartAsync();
        _redis = await RedisServer.StartAsync();
        _app = await RunningApp.StartAsync(_redis.ConnectionString, [.. AppFixture.Settings, .. _database.Settings]);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _redis.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public async Task A_newcomer_registers_resets_the_password_and_signs_in_with_the_account_in_PostgreSQL(string language)
    {
        await using var window = await chromium.OpenAsync(_app, new() { Locale = language });
        var (page, person) = (window.Page, new Person(window.Page));
        var email = $"newcomer-{language}@example.com".ToLowerInvariant();

        await person.RegisterAsync(email, "Newcomer " + language, Password);
        await person.SignOutAsync();
        await AppFixture.ForgetCoolDownsAsync(_redis);
        await ResetAsync(page, person, email, "another long password");
        await person.SignInAsync(email, "another long password");

        Assert.Equal("Newcomer " + language, await page.Locator("h1").InnerTextAsync());
        Assert.Equal("1", await _database.CountAsync(email));
        Assert.Equal("", await _redis.CliAsync("--scan", "--pattern", "ACCOUNT:{all}:id:*"));
        Assert.NotEqual("", await _redis.CliAsync("--scan", "--pattern", "SESSION:*"));
    }

    [Fact]
    public async Task While_PostgreSQL_is_away_signing_in_is_a_clear_503_and_works_again_when_it_is_back()
    {
        using var resident = new Visit(_app);
        await resident.RegisterAsync("resident@example.com", "Resident", Password);
        using var visit = new Visit(_app);
        using var client = _app.CreateClient();
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz/ready")).StatusCode);
        await visit.OpenAsync("/signin");

        await _database.Server.StopAsync();

        await visit.SubmitAsync(("Email", "resident@example.com"), ("Password", Password));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, visit.Response.StatusCode);
        Assert.Equal("Not available at the moment", visit.Heading);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("/healthz/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/healthz/live")).StatusCode);
        await visit.OpenAsync("/");
        Assert.Equal(HttpStatusCode.OK, visit.Response.StatusCode);

        await _database.Server.StartAgainAsync();

        await visit.OpenAsync("/signin");
        await visit.SubmitAsync(("Email", "resident@example.com"), ("Password", Password));
        Assert.Equal("/account", visit.Path);
    }

    private static async Task ResetAsync(IPage page, Person person, string email, string password)
    {
        await page.GotoAsync("/reset");
        await person.FillAsync("E-mail address|电子邮箱", email);
        await person.PressAsync("Send the code|发送验证码");
        await page.ArriveAtAsync("**/reset/code");
        await person.FillAsync("6-digit code|6 位验证码", await person.ReadCodeAsync(email));
        await person.PressAsync("Continue|继续");
        await page.ArriveAtAsync("**/reset/password");
        await page.Locator("input[type=password]").FillAsync(password);
        await page.Locator("main form button[type=submit], main form button").First.ClickAsync();
        await page.ArriveAtPathAsync("/signin");
    }
}
