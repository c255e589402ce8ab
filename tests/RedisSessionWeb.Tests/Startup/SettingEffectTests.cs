using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.Net.Http.Headers;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Startup;

/// <summary>Settings of the application that differ from their defaults, and what is seen of them.</summary>
public sealed class SettingEffectTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private RedisServer _redis = null!;
    private RunningApp _app = null!;
    private HttpClient _http = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _app = await RunningApp.StartAsync(
            _redis.ConnectionString, [.. AppFixture.Settings, "Gate:Enabled=true", "Sessions:HeaderName=X-Own", "Verification:SendsPerClientPerHour=2",
            "Accounts:SignIn:DeviceLifetime=2.00:00:00", "Accounts:MinPasswordLength=12", "Accounts:KeyPrefix=OTHER:", "Accounts:SignIn:FreeFailures=1",
            "Inspector:Admins:0=ann@example.com", "Inspector:ShowValues=true"]);
        _http = _app.CreateClient();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task What_a_network_has_asked_for_counts_over_the_gate_and_the_pages_together()
    {
        using var visit = new Visit(_app);
        Assert.Equal(0, await AskAsync("one@example.com"));
        await visit.OpenAsync("/signin/code");
        await visit.SubmitAsync(("Email", "two@example.com"));
        Assert.Equal(HttpStatusCode.OK, visit.Response.StatusCode);

        Assert.Equal(1014, await AskAsync("three@example.com"));
        await visit.OpenAsync("/signin/code");
        await visit.SubmitAsync(("Email", "four@example.com"));
        Assert.Equal(HttpStatusCode.TooManyRequests, visit.Response.StatusCode);
    }

    [Fact]
    public async Task Accounts_have_the_keys_the_password_rules_and_the_browsers_that_are_configured()
    {
        using var visit = new Visit(_app);
        await visit.OpenAsync("/register");
        await visit.SubmitAsync(("Email", "ann@example.com"));
        await visit.SubmitAsync(("Code", await visit.ReadCodeAsync("ann@example.com")));
        await visit.SubmitAsync(("Name", "Ann"), ("Password", "eleven chars"[..11]));
        Assert.NotEqual("", visit.ErrorOf("Password"));

        await visit.SubmitAsync(("Name", "Ann"), ("Password", Password));

        Assert.StartsWith("/account", visit.Path, StringComparison.Ordinal);
        var device = visit.SetCookies.Select(line => SetCookieHeaderValue.Parse(line)).Single(cookie => cookie.Name == "ssw-device");
        Assert.Equal(TimeSpan.FromDays(2), device.MaxAge);
        Assert.NotEqual("", (await _redis.CliAsync("KEYS", "OTHER:*")).Trim());
        Assert.Equal("", (await _redis.CliAsync("KEYS", "ACCOUNT:*")).Trim());

        using var answer = JsonDocument.Parse(await PostAsync("/user_login", new { email = "ann@example.com", passwd = Password }));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/account");
        request.Headers.Add("X-Own", answer.RootElement.GetProperty("token").GetString());
        Assert.Equal(HttpStatusCode.OK, (await _http.SendAsync(request)).StatusCode);

        Assert.Equal("{\"error\":1009}", await PostAsync("/user_login", new { email = "ann@example.com", passwd = "wrong" }));
        Assert.StartsWith("{\"error\":1014,", await PostAsync("/user_login", new { email = "ann@example.com", passwd = "wrong" }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_is_named_sees_values_in_the_inspector_where_they_are_switched_on()
    {
        using var admin = new Visit(_app);
        await admin.RegisterAsync("ann@example.com", "Ann", Password);
        using var flow = new Visit(_app);
        await flow.OpenAsync("/register");
        await flow.SubmitAsync(("Email", "newcomer@example.com"));

        await admin.OpenAsync("/inspector");
        var shown = "";
        foreach (var link in admin.Page.QuerySelectorAll("tbody a").Select(a => a.GetAttribute("href")!).Distinct().ToArray())
        {
            await admin.OpenAsync(link);
            shown += admin.Main;
        }

        Assert.Contains("newcomer@example.com", shown, StringComparison.Ordinal);
    }

    private async Task<int> AskAsync(string email)
    {
        using var answer = JsonDocument.Parse(await PostAsync("/get_varifycode", new { email }));
        return answer.RootElement.GetProperty("error").GetInt32();
    }

    private async Task<string> PostAsync(string path, object body)
    {
        using var response = await _http.PostAsJsonAsync(path, body);
        return await response.Content.ReadAsStringAsync();
    }
}
