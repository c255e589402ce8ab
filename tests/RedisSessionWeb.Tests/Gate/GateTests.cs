using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;

using RedisSessionWeb.Tests.Architecture;
using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Gate;

/// <summary>JSON for clients that are no browsers: always 200, the outcome as a number.</summary>
public sealed class GateTests(GateTests.Fixture fixture) : IClassFixture<GateTests.Fixture>, IDisposable
{
    private const string Password = "correct horse battery";

    private static readonly string[] Settings =
        ["Gate:Enabled=true", "Verification:CoolDown=00:00:01", "Verification:SendsPerClientPerHour=10000"];

    private readonly RunningApp _app = fixture.App;
    private readonly HttpClient _http = fixture.App.CreateClient();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task The_script_of_the_documentation_runs_as_it_stands()
    {
        var start = new ProcessStartInfo(Path.Combine(SourceTree.Root, "docs/gate-example.sh"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            Environment = { ["BASE"] = _app.Address.ToString().TrimEnd('/') },
        };
        using var script = Process.Start(start)!;
        var errors = script.StandardError.ReadToEndAsync();
        var lines = (await script.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await script.WaitForExitAsync();

        Assert.Equal("", await errors);
        Assert.Equal(8, lines.Length);
        Assert.All(lines.Where(line => line.StartsWith('{')), line => Assert.StartsWith("{\"error\":0,", line, StringComparison.Ordinal));
        Assert.Contains("account page: 200", lines);
        Assert.Contains("account page with the old token: 302", lines);
        Assert.DoesNotContain(lines, line => line.Contains("battery", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/get_varifycode", "")]
    [InlineData("/get_varifycode", "null")]
    [InlineData("/get_varifycode", "[]")]
    [InlineData("/get_varifycode", "{}")]
    [InlineData("/get_varifycode", "{\"email\":5}")]
    [InlineData("/get_varifycode", "{\"email\":null}")]
    [InlineData("/get_varifycode", "{\"email\":\"a@example.com\"")]
    [InlineData("/get_varifycode", "{\"email\":\"a@example.com\",\"email\":\"b@example.com\"}")]
    [InlineData("/get_varifycode", "{\"email\":\"a@example.com\",\"x\":[[[[[[[[]]]]]]]]}")]
    [InlineData("/get_varifycode", "{\"email\":\"a@example.com\"}x")]
    [InlineData("/get_varifycode", "{\"email\":\"a@example.com\"}{}")]
    [InlineData("/get_varifycode", "{\"email\":\"a@example.com\",}")]
    [InlineData("/get_varifycode", "{'email':'a@example.com'}")]
    [InlineData("/get_varifycode", "{\"email\":\"a@example.com\"} // a comment")]
    [InlineData("/get_varifycode", "{\"email\":{\"address\":\"a@example.com\"}}")]
    [InlineData("/get_varifycode", "{\"email\":[\"a@example.com\"]}")]
    [InlineData("/get_varifycode", "{\"Email\":\"a@example.com\"}")]
    [InlineData("/user_login", "{\"email\":\"a@example.com\",\"passwd\":12345678}")]
    [InlineData("/user_login", "{\"email\":\"a@example.com\",\"passwd\":null}")]
    [InlineData("/user_login", "{\"email\":\"a@example.com\",\"passwd\":true}")]
    [InlineData("/user_login", "{\"email\":\"a@example.com\"}")]
    [InlineData("/reset_pwd", "{\"user\":\"u\",\"email\":\"a@example.com\",\"varifycode\":\"123456\"}")]
    [InlineData("/reset_pwd", "{\"user\":\"u\",\"email\":\"a@example.com\",\"passwd\":\"p\",\"varifycode\":123456}")]
    [InlineData("/user_register", "{\"user\":\"u\",\"email\":\"a@example.com\",\"passwd\":\"p\",\"confirm\":\"p\"}")]
    public async Task What_is_not_the_json_of_the_route_is_1001(string path, string body)
    {
        var answer = await PostAsync(path, body);

        Assert.Equal("{\"error\":1001}", answer);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData("application/ld+json")]
    [InlineData(null)]
    public async Task What_does_not_say_that_it_is_json_is_1001(string? type)
    {
        using var body = new ByteArrayContent("{\"email\":\"typed@example.com\"}"u8.ToArray());
        if (type is not null)
        {
            body.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var response = await _http.PostAsync("/get_varifycode", body);

        Assert.Equal("{\"error\":1001}", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("Origin", "https://elsewhere.example.com")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task A_page_of_another_site_cannot_use_the_gate(string header, string value)
    {
        foreach (var path in (string[])["/get_varifycode", "/user_register", "/reset_pwd", "/user_login"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Json(new { email = "elsewhere@example.com" }) };
            request.Headers.TryAddWithoutValidation(header, value);

            using var response = await _http.SendAsync(request);

            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "")]
    public async Task A_page_of_this_site_and_a_program_can_use_the_gate(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/user_login") { Content = Json(new { email = "nobody@example.com", passwd = "p" }) };
        request.Headers.TryAddWithoutValidation(header, header == "Origin" ? _app.Address.GetLeftPart(UriPartial.Authority) : value);

        using var response = await _http.SendAsync(request);

        Assert.StartsWith("{\"error\":", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_of_a_hundred_megabytes_is_1001_and_is_not_read_through()
    {
        using var content = new StreamContent(new MemoryStream(new byte[100_000_000]));
        content.Headers.ContentType = new("application/json");
        try
        {
            var response = await _http.PostAsync("/get_varifycode", content);
            Assert.Equal("{\"error\":1001}", await response.Content.ReadAsStringAsync());
        }
        catch (HttpRequestException)
        {
            // The server closed the connection before the client had sent it all: it did not read it through either.
        }
    }

    [Fact]
    public async Task Each_mistake_has_its_own_number()
    {
        await SendCodeAsync("numbers@example.com");

        Assert.Equal(1015, await ErrorAsync("/get_varifycode", new { email = "a@example.com, b@example.com" }));
        Assert.Equal(1014, await ErrorAsync("/get_varifycode", new { email = "numbers@example.com" }));
        Assert.Equal(1006, await RegisterAsync("numbers@example.com", "Numbers", Password, "123456", confirm: "other"));
        Assert.Equal(1017, await RegisterAsync("numbers@example.com", "Numbers", "short", "123456"));
        Assert.Equal(1016, await RegisterAsync("numbers@example.com", "", Password, "123456"));
        Assert.Equal(1004, await RegisterAsync("numbers@example.com", "Numbers", Password, "12345x"));
        Assert.Equal(1004, await RegisterAsync("unasked@example.com", "Numbers", Password, "123456"));
        Assert.Equal(0, await RegisterAsync("numbers@example.com", "Numbers", Password, await CodeAsync("numbers@example.com")));
        Assert.Equal(1009, await ErrorAsync("/user_login", new { email = "numbers@example.com", passwd = "wrong" }));
        Assert.Equal(1009, await ErrorAsync("/user_login", new { email = "nobody@example.com", passwd = "wrong" }));
        await SendCodeAsync("stranger@example.com");
        Assert.Equal(1007, await ErrorAsync("/reset_pwd", new
        {
            user = "Numbers",
            email = "stranger@example.com",
            passwd = Password,
            varifycode = await CodeAsync("stranger@example.com"),
        }));
    }

    [Fact]
    public async Task Whether_a_name_or_an_address_is_taken_is_told_only_after_a_right_code()
    {
        await SendCodeAsync("taken@example.com");
        var first = await CodeAsync("taken@example.com");
        Assert.Equal(0, await RegisterAsync("taken@example.com", "Taken", Password, first));
        await SendCodeAsync("newcomer@example.com");
        var code = await CodeAsync("newcomer@example.com");
        var wrong = code[..^1] + (code[^1] == '0' ? '1' : '0');

        Assert.Equal(1004, await RegisterAsync("unasked-name@example.com", "Taken", Password, "123456"));
        Assert.Equal(1004, await RegisterAsync("taken@example.com", "Somebody", Password, "123456"));
        Assert.Equal(1004, await RegisterAsync("newcomer@example.com", "Taken", Password, wrong));
        Assert.Equal(1004, await RegisterAsync("newcomer@example.com", "Nobody has this", Password, wrong));
        Assert.Equal(1005, await RegisterAsync("newcomer@example.com", "Taken", Password, code));
        Assert.Equal(1004, await RegisterAsync("newcomer@example.com", "Free", Password, code)); // used up all the same
        await Eventually.TrueAsync(async () => await ErrorAsync("/get_varifycode", new { email = "taken@example.com" }) == 0);
        Assert.Equal(1005, await RegisterAsync("taken@example.com", "Other", Password, await CodeAsync("taken@example.com", after: first)));
    }

    [Theory]
    [InlineData("\\ud800")] // half of a pair: no text
    [InlineData("\\udc00 and more")]
    public async Task A_password_that_is_no_text_is_not_the_json_of_the_route(string passwd) => Assert.Equal(
        "{\"error\":1001}",
        await PostAsync("/user_register", $$"""{"user":"u","email":"a@example.com","passwd":"{{passwd}}","confirm":"{{passwd}}","varifycode":"123456"}"""));

    [Fact]
    public async Task Bytes_that_are_no_utf8_are_not_the_json_of_the_route()
    {
        using var content = new ByteArrayContent([.. "{\"email\":\"a@example.com"u8, 0xFF, 0xFE, .. "\"}"u8]);

        using var response = await _http.PostAsync("/get_varifycode", content);

        Assert.Equal("{\"error\":1001}", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task While_redis_is_away_every_route_answers_1002()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var app = await RunningApp.StartAsync(redis.ConnectionString + ",syncTimeout=300,asyncTimeout=300", Settings);
        using var client = app.CreateClient();
        await redis.StopAsync();

        var code = await client.PostAsync("/get_varifycode", Json(new { email = "away@example.com" }));
        var login = await client.PostAsync("/user_login", Json(new { email = "away@example.com", passwd = Password }));

        Assert.Equal("{\"error\":1002}", await code.Content.ReadAsStringAsync());
        Assert.Equal("{\"error\":1002}", await login.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_session_of_the_gate_is_carried_by_the_header_and_sets_no_cookie()
    {
        await SendCodeAsync("header@example.com");
        Assert.Equal(0, await RegisterAsync("header@example.com", "Header", Password, await CodeAsync("header@example.com")));

        using var response = await _http.PostAsync("/user_login", Json(new { email = "header@example.com", passwd = Password }));
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());

        Assert.DoesNotContain(response.Headers, header => header.Key == "Set-Cookie" && header.Value.Any(v => v.StartsWith("ssw=", StringComparison.Ordinal)));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/account");
        request.Headers.Add("X-Session", answer.RootElement.GetProperty("token").GetString());
        Assert.Equal(HttpStatusCode.OK, (await _http.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("/User_Login")]
    [InlineData("/user_login/")]
    public async Task Another_spelling_of_a_route_carries_the_session_in_the_header_too(string path)
    {
        var name = "spelling" + path.Length;
        var email = name + "@example.com";
        await SendCodeAsync(email);
        Assert.Equal(0, await RegisterAsync(email, name, Password, await CodeAsync(email)));

        using var response = await _http.PostAsync(path, Json(new { email, passwd = Password }));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.DoesNotContain(response.Headers, header => header.Key == "Set-Cookie" && header.Value.Any(v => v.StartsWith("ssw=", StringComparison.Ordinal)));
        Assert.True(response.Headers.Contains("X-Session"));
    }

    [Fact]
    public async Task Unless_it_is_switched_on_there_is_no_gate()
    {
        await using var app = await RunningApp.StartAsync(fixture.Redis.ConnectionString);
        using var client = app.CreateClient();

        var response = await client.PostAsync("/user_login", Json(new { email = "a@example.com", passwd = "p" }));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private async Task SendCodeAsync(string email) => Assert.Equal(0, await ErrorAsync("/get_varifycode", new { email }));

    private Task<int> RegisterAsync(string email, string user, string passwd, string code, string? confirm = null) =>
        ErrorAsync("/user_register", new { user, email, passwd, confirm = confirm ?? passwd, varifycode = code });

    /// <summary>The code of the newest mail to an address, once it is another one than the one named.</summary>
    private async Task<string> CodeAsync(string email, string after = "")
    {
        using var visit = new Visit(_app);
        var code = after;
        await Eventually.TrueAsync(async () => await visit.ReadMailAsync(email) is { } mail
            && (code = System.Text.RegularExpressions.Regex.Match(mail, @"\b\d{6}\b").Value) != after);
        return code;
    }

    private async Task<int> ErrorAsync(string path, object body)
    {
        using var answer = JsonDocument.Parse(await PostAsync(path, JsonSerializer.Serialize(body)));
        return answer.RootElement.GetProperty("error").GetInt32();
    }

    private async Task<string> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(path, content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsStringAsync();
    }

    private static StringContent Json(object body) => new(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");

    /// <summary>One application with the gate open.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        public RedisServer Redis { get; private set; } = null!;

        internal RunningApp App { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Redis = await RedisServer.StartAsync();
            App = await RunningApp.StartAsync(Redis.ConnectionString, Settings);
        }

        public async ValueTask DisposeAsync()
        {
            await App.DisposeAsync();
            await Redis.DisposeAsync();
        }
    }
}
