using System.Net;
using System.Text.Json;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Pages;

/// <summary>Admins see everybody's sessions and can end them; others see nothing of it.</summary>
public sealed class InspectorTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";
    private RedisServer _redis = null!;
    private RunningApp _app = null!;
    private Visit _admin = null!;
    private Visit _person = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _app = await RunningApp.StartAsync(_redis.ConnectionString, [.. AppFixture.Settings, "Inspector:Admins:0=Admin@example.com"]);
        (_admin, _person) = (new Visit(_app), new Visit(_app));
        await _admin.RegisterAsync("admin@example.com", "Admin", Password);
        await _person.RegisterAsync("person@example.com", "Person", Password);
    }

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        _person.Dispose();
        await _app.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Only_the_configured_addresses_get_in()
    {
        using var anonymous = new Visit(_app);
        await anonymous.OpenAsync("/inspector");
        await _person.OpenAsync("/inspector");
        await _admin.OpenAsync("/inspector");

        Assert.StartsWith("/signin", anonymous.Path, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, _person.Response.StatusCode);
        Assert.Equal("This is not for you", _person.Heading);
        Assert.Equal(HttpStatusCode.OK, _admin.Response.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.AskForJsonAsync("/inspector")).StatusCode);
    }

    [Fact]
    public async Task The_sessions_of_one_user_are_listed_as_a_page_and_as_json()
    {
        await _admin.OpenAsync("/inspector?user=person@example.com");
        Assert.Equal(1, _admin.Page.QuerySelectorAll("tbody tr").Length);

        using var json = JsonDocument.Parse(await (await _admin.AskForJsonAsync("/inspector?user=PERSON@example.com")).Content.ReadAsStringAsync());
        var session = Assert.Single(json.RootElement.GetProperty("sessions").EnumerateArray());
        Assert.Equal("person@example.com", session.GetProperty("user").GetString());
        Assert.Contains("Firefox", session.GetProperty("userAgent").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_that_the_inspector_shows_opens_a_session()
    {
        var secrets = new[] { _admin, _person }.Select(visit => visit.Cookies.GetCookies(_app.Address)["ssw"]!.Value).ToArray();

        await _admin.OpenAsync("/inspector");
        var shown = _admin.Page.DocumentElement.OuterHtml;
        await _admin.OpenAsync(_admin.Page.QuerySelector("tbody a")!.GetAttribute("href")!);
        shown += _admin.Page.DocumentElement.OuterHtml + await (await _admin.AskForJsonAsync("/inspector")).Content.ReadAsStringAsync();

        Assert.All(secrets, secret => Assert.DoesNotContain(secret, shown, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_look_at_a_session_hides_its_values_and_prolongs_nothing()
    {
        using var flow = new Visit(_app);
        await flow.OpenAsync("/register");
        await flow.SubmitAsync(("Email", "flow@example.com"));
        using var json = JsonDocument.Parse(await (await _admin.AskForJsonAsync("/inspector")).Content.ReadAsStringAsync());
        var anonymous = json.RootElement.GetProperty("sessions").EnumerateArray().First(s => s.GetProperty("user").ValueKind == JsonValueKind.Null);
        var id = anonymous.GetProperty("id").GetString();

        await _admin.OpenAsync("/inspector/" + id);

        Assert.Contains("proof.Register", _admin.Main, StringComparison.Ordinal);
        Assert.DoesNotContain("flow@example.com", _admin.Main, StringComparison.Ordinal);
        Assert.Contains("hidden", _admin.Main, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () =>
            long.Parse(await _redis.CliAsync("PTTL", "SESSION:" + id), System.Globalization.CultureInfo.InvariantCulture) < 604_800_000 - 20);
    }

    [Fact]
    public async Task A_session_that_an_admin_ends_is_over_with_its_next_request()
    {
        await _admin.OpenAsync("/inspector?user=person@example.com");
        await _admin.OpenAsync(_admin.Page.QuerySelector("tbody a")!.GetAttribute("href")!);

        await _admin.SubmitAsync();

        Assert.Equal("/inspector?done=ended", _admin.Path);
        await _person.OpenAsync("/account");
        Assert.StartsWith("/signin", _person.Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_outbox_is_shown_to_admins_only_as_a_page_and_as_json()
    {
        await _admin.OpenAsync("/inspector/mail");
        await _person.OpenAsync("/inspector/mail");

        Assert.Equal("Outgoing mail", _admin.Heading);
        Assert.Contains("0 given up", _admin.Main, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, _person.Response.StatusCode);
        using var json = JsonDocument.Parse(await (await _admin.AskForJsonAsync("/inspector/mail")).Content.ReadAsStringAsync());
        Assert.Equal(0, json.RootElement.GetProperty("counts").GetProperty("dead").GetInt32());
    }

    [Theory]
    [InlineData("/inspector")]
    [InlineData("/inspector/mail")]
    [InlineData("/inspector/{id}")]
    public async Task Neither_page_nor_json_is_kept_by_a_cache_or_taken_for_the_other(string path)
    {
        using var list = JsonDocument.Parse(await (await _admin.AskForJsonAsync("/inspector")).Content.ReadAsStringAsync());
        path = path.Replace("{id}", list.RootElement.GetProperty("sessions")[0].GetProperty("id").GetString(), StringComparison.Ordinal);
        await _admin.OpenAsync(path);

        Assert.All([_admin.Response, await _admin.AskForJsonAsync(path)], response =>
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.True(response.Headers.CacheControl!.NoStore);
            Assert.Contains("Accept", response.Headers.Vary);
        });
    }

    [Theory]
    [InlineData("/inspector?cursor=nonsense", HttpStatusCode.BadRequest)]
    [InlineData("/inspector/nonsense", HttpStatusCode.NotFound)]
    public async Task What_is_no_cursor_and_no_id_is_refused_politely(string path, HttpStatusCode status)
    {
        await _admin.OpenAsync(path);

        Assert.Equal(status, _admin.Response.StatusCode);
    }
}
