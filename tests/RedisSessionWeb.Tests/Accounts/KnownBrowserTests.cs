using System.Net;
using System.Net.Http.Json;

using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Accounts;

/// <summary>A browser that has signed in to an account gets its codes, whatever strangers ask for.</summary>
public sealed class KnownBrowserTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Password = "correct horse battery";

    [Theory]
    [InlineData("/reset")]
    [InlineData("/signin/code")]
    public async Task A_known_browser_gets_its_code_after_strangers_have_used_up_what_anybody_may_ask_for(string page)
    {
        var email = $"besieged{page.Length}@example.com";
        await using var app = await StartAsync();
        using var owner = new Visit(app);
        await owner.RegisterAsync(email, "Besieged " + page.Length, Password);
        await owner.SubmitAsync("header form");
        await fixture.ForgetCoolDownsAsync();
        using var gate = app.CreateClient();
        Assert.StartsWith("{\"error\":1014,", await (await gate.PostAsJsonAsync("/get_varifycode", new { email })).Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var stranger = new Visit(app);
        await stranger.OpenAsync(page);
        await stranger.SubmitAsync(("Email", email));
        Assert.Equal(HttpStatusCode.TooManyRequests, stranger.Response.StatusCode);

        await owner.OpenAsync(page);
        await owner.SubmitAsync(("Email", email));
        await owner.SubmitAsync(("Code", await owner.ReadCodeAsync(email)));
        Assert.DoesNotContain("/code", owner.Path["/signin".Length..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_that_an_account_has_forgotten_is_as_unknown_as_any()
    {
        const string email = "forgotten@example.com";
        await using var app = await StartAsync();
        using var owner = new Visit(app);
        await owner.RegisterAsync(email, "Forgotten", Password);
        await owner.SubmitAsync("header form");
        await fixture.ForgetCoolDownsAsync();
        await fixture.Redis.CliAsync("EVAL", "for _, key in ipairs(redis.call('KEYS', 'ACCOUNT:{all}:devices:*')) do redis.call('DEL', key) end", "0");

        await owner.OpenAsync("/reset");
        await owner.SubmitAsync(("Email", email));

        Assert.Equal(HttpStatusCode.TooManyRequests, owner.Response.StatusCode);
    }

    /// <summary>Where registering already takes what anybody may ask for in a day.</summary>
    private Task<RunningApp> StartAsync() => RunningApp.StartAsync(
        fixture.Redis.ConnectionString,
        [.. AppFixture.Settings, "Gate:Enabled=true", "Verification:SendsPerHour=1", "Verification:SendsPerDay=1"]);
}
