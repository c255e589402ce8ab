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
        var others = await DeviceKeysAsync();
        await browser.RegisterAsync(email, "Known", Password);
        var key = Assert.Single((await DeviceKeysAsync()).Except(others));
        var before = await fixture.Redis.CliAsync("ZRANGE", key, "0", "-1");
        Assert.Single(before.Split('\n', StringSplitOptions.RemoveEmptyEntries));

        for (var i = 0; i < 22; i++)
        {
            using var response = await _http.PostAsJsonAsync("/user_login", new { email, passwd = Password });
            Assert.StartsWith("{\"error\":0,", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("Set-Cookie"));
        }

        Assert.Equal(before, await fixture.Redis.CliAsync("ZRANGE", key, "0", "-1"));
    }

    [Fact]
    public async Task Whether_a_code_is_outstanding_shows_in_no_answer_of_the_gate()
    {
        Assert.Equal(0, await ErrorAsync("/get_varifycode", new { email = "asked@example.com" }));
        var right = await CodeAsync("asked@example.com", "code");
        var wrong = right == "123456" ? "654321" : "123456";

        var asked = await AnswersAsync("asked@example.com", wrong);

        Assert.Equal(await AnswersAsync("unasked@example.com", wrong), asked);
        Assert.Equal([.. Enumerable.Repeat(1004, 19), 1014, 1014, 1014], asked);
    }

    [Fact]
    public async Task Whether_a_name_belongs_to_an_address_is_told_only_after_a_right_code()
    {
        const string email = "fits@example.com";
        using var owner = new Visit(fixture.App);
        await owner.RegisterAsync(email, "Fits", Password);
        await fixture.Redis.CliAsync("DEL", "is_send_" + email);
        var registering = await owner.ReadMailAsync(email, "code");
        Assert.Equal(0, await ErrorAsync("/get_varifycode", new { email }));
        var code = await CodeAsync(email, "code", registering);
        var wrong = code[..^1] + (code[^1] == '0' ? '1' : '0');
        Task<int> ResetAsync(string user, string varifycode, string address = email) =>
            ErrorAsync("/reset_pwd", new { user, email = address, passwd = Password, varifycode });

        Assert.Equal(1004, await ResetAsync("Fits", wrong));
        Assert.Equal(1004, await ResetAsync("Nobody", wrong));
        Assert.Equal(1004, await ResetAsync("Fits", wrong, "nobody-has-this@example.com"));
        Assert.Equal(1007, await ResetAsync("Nobody", code));
    }

    [Fact]
    public async Task The_last_answer_to_a_code_is_for_the_network_that_asked_over_the_gate_too()
    {
        const string email = "last-answer@example.com";
        _http.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");
        Assert.Equal(0, await ErrorAsync("/get_varifycode", new { email }));
        var code = await CodeAsync(email, "验证码");
        var wrong = code[..^1] + (code[^1] == '0' ? '1' : '0');
        Task<int> RegisterAsync(string varifycode) => ErrorAsync("/user_register", new { user = "Last answer", email, passwd = Password, confirm = Password, varifycode });
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(1004, await RegisterAsync(wrong));
        }

        Assert.Equal(0, await RegisterAsync(code));
    }

    [Theory]
    [InlineData(16 * 1024, 1015)]
    [InlineData(16 * 1024 + 1, 1001)]
    public async Task A_body_has_sixteen_kilobytes_at_most(int bytes, int error)
    {
        const string start = "{\"email\":\"none\",\"more\":\"";
        using var body = new StringContent(start + new string('x', bytes - start.Length - 2) + "\"}", System.Text.Encoding.UTF8, "application/json");

        using var response = await _http.PostAsync("/get_varifycode", body);

        Assert.Equal($"{{\"error\":{error}}}", await response.Content.ReadAsStringAsync());
    }

    /// <summary>The code of the newest mail whose subject has a word, once it is another mail than the one before.</summary>
    private async Task<string> CodeAsync(string email, string subject, string? before = null)
    {
        using var visit = new Visit(fixture.App);
        var code = "";
        await TestServers.Eventually.TrueAsync(async () => await visit.ReadMailAsync(email, subject) is { } mail && mail != before
            && (code = System.Text.RegularExpressions.Regex.Match(mail, @"\b\d{6}\b").Value).Length > 0);
        return code;
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

    /// <summary>Where accounts keep the browsers that they know.</summary>
    private async Task<string[]> DeviceKeysAsync() =>
        (await fixture.Redis.CliAsync("KEYS", "ACCOUNT:{all}:devices:*")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
