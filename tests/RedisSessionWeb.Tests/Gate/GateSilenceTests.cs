using System.Net.Http.Json;
using System.Text.Json;

using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Gate;

/// <summary>What the gate does not tell, and what it leaves alone.</summary>
public sealed class GateSilenceTests(GateTests.Fixture fixture) : IClassFixture<GateTests.Fixture>, IDisposable
{
    private const string Password = "correct horse battery";

    private readonly HttpClient _http = fixture.App.CreateClient();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Twenty_two_sign_ins_over_the_gate_make_no_browser_known_and_push_none_out()
    {
        const string email = "known@example.com";
        using var browser = new Visit(fixture.App);
        await browser.RegisterAsync(email, "Known", Password);
        var before = await DevicesAsync();
        Assert.Single(before);

        for (var i = 0; i < 22; i++)
        {
            using var response = await _http.PostAsJsonAsync("/user_login", new { email, passwd = Password });
            Assert.StartsWith("{\"error\":0,", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }

        Assert.Equal(before, await DevicesAsync());
    }

    [Fact]
    public async Task Whether_a_code_is_outstanding_shows_in_no_answer_of_the_gate()
    {
        Assert.Equal(0, await ErrorAsync("/get_varifycode", new { email = "asked@example.com" }));
        using var visit = new Visit(fixture.App);
        await TestServers.Eventually.TrueAsync(async () => await visit.ReadMailAsync("asked@example.com") is not null);
        var right = System.Text.RegularExpressions.Regex.Match((await visit.ReadMailAsync("asked@example.com"))!, @"\b\d{6}\b").Value;
        var wrong = right == "123456" ? "654321" : "123456";

        var asked = await AnswersAsync("asked@example.com", wrong);

        Assert.Equal(await AnswersAsync("unasked@example.com", wrong), asked);
        Assert.Equal([.. Enumerable.Repeat(1004, 19), 1014, 1014, 1014], asked);
    }

    private async Task<List<int>> AnswersAsync(string email, string code)
    {
        var all = new List<int>();
        for (var i = 0; i < 22; i++)
        {
            all.Add(await ErrorAsync(
                i % 2 == 0 ? "/reset_pwd" : "/user_register",
                new { user = "Somebody", email, passwd = Password, confirm = Password, varifycode = code }));
        }

        return all;
    }

    private async Task<int> ErrorAsync(string path, object body)
    {
        using var response = await _http.PostAsJsonAsync(path, body);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return answer.RootElement.GetProperty("error").GetInt32();
    }

    /// <summary>The browsers that the one account of this application knows.</summary>
    private async Task<string[]> DevicesAsync()
    {
        var keys = (await fixture.Redis.CliAsync("KEYS", "ACCOUNT:{all}:devices:*")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var key = Assert.Single(keys);
        return (await fixture.Redis.CliAsync("ZRANGE", key, "0", "-1")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
