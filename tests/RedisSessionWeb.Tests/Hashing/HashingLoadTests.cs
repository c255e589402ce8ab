using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RedisAccounts.Passwords.Hashing;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Hashing;

/// <summary>More passwords than the machine can hash: the rest of the application goes on.</summary>
public sealed class HashingLoadTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    // One place, and a queue of eight with a share of two for a network.
    private static readonly string[] Settings =
    [
        .. AppFixture.Settings, "Gate:Enabled=true", "Proxies:0=127.0.0.1",
        "Accounts:Hashing:Places=1", "Accounts:Hashing:WaitingPerPlace=8", "Accounts:Hashing:MaxWait=00:01:00",
    ];

    private readonly LogCollector _log = new();
    private RedisServer _redis = null!;
    private RunningApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _app = await RunningApp.StartAsync(_redis.ConnectionString, Settings);
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(_log);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _redis.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task While_every_place_is_taken_health_and_pages_answer_and_a_hundred_networks_get_a_queue_of_eight()
    {
        using var owner = new Visit(_app);
        await owner.RegisterAsync("owner@example.com", "Owner", Password);
        await owner.SubmitAsync("form[action='/signout']");
        using var http = _app.CreateClient();
        var token = await ReadTokenAsync(http);
        await owner.OpenAsync("/signin");
        Task<HttpResponseMessage>[] strangers;
        Task known;
        using (await TakePlaceAsync())
        {
            strangers = [.. Enumerable.Range(0, 100).Select(i => SignInAsync(http, token, $"198.51.100.{i}", $"stranger{i}@example.com"))];
            await Eventually.TrueAsync(() => strangers.Count(answer => answer.IsCompleted) == 92);
            foreach (var path in (string[])["/healthz/live", "/healthz/ready", "/", "/register"])
            {
                Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(path)).StatusCode);
            }

            // A browser that the account knows pushes a stranger out, and is served first.
            known = owner.SubmitAsync(("Email", "owner@example.com"), ("Password", Password));
            await Eventually.TrueAsync(() => strangers.Count(answer => answer.IsCompleted) == 93);
            Assert.False(known.IsCompleted);
        }

        await known;
        Assert.Equal("/account", owner.Path);
        var answers = await Task.WhenAll(strangers);
        Assert.Equal(93, answers.Count(answer => answer.StatusCode == HttpStatusCode.ServiceUnavailable));
        Assert.Equal(7, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
        Assert.All(answers, answer => Assert.Equal(answer.StatusCode == HttpStatusCode.ServiceUnavailable, answer.Headers.RetryAfter is not null));
        Assert.Equal(1, _log.Lines.Count(line => line.Contains("than can be hashed", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("en", "Too many people are signing in at this moment. Try again in 2 seconds.")]
    [InlineData("zh-CN", "当前登录的人过多。")]
    public async Task A_try_beyond_the_queue_gets_the_form_again_with_words_and_costs_none_of_the_free_failures(string language, string words)
    {
        using var visit = new Visit(_app, language);
        using var waiting = new Waiting(_app);
        using (await TakePlaceAsync())
        {
            await waiting.StartedAsync();
            for (var i = 0; i < 10; i++)
            {
                await visit.OpenAsync("/signin");
                await visit.SubmitAsync(("Email", "someone@example.com"), ("Password", Password));
                Assert.Equal(HttpStatusCode.ServiceUnavailable, visit.Response.StatusCode);
                Assert.Equal(TimeSpan.FromSeconds(2), visit.Response.Headers.RetryAfter!.Delta);
                Assert.Contains(words, visit.Main, StringComparison.Ordinal);
                Assert.Equal("someone@example.com", visit.Page.GetElementById("Email")!.GetAttribute("value"));
            }
        }

        await waiting.EndedAsync();
        await visit.SubmitAsync(("Email", "someone@example.com"), ("Password", Password));
        Assert.Equal(HttpStatusCode.BadRequest, visit.Response.StatusCode);
    }

    [Fact]
    public async Task The_gate_without_a_place_says_when_to_try_again_and_leaves_the_code_unused()
    {
        using var http = _app.CreateClient();
        using var visit = new Visit(_app);
        const string Email = "gate@example.com";
        await http.PostAsJsonAsync("/get_varifycode", new { email = Email });
        var code = "";
        await Eventually.TrueAsync(async () => (code = DigitsOf(await visit.ReadMailAsync(Email))).Length > 0);
        var registration = new { user = "Gate", email = Email, passwd = Password, confirm = Password, varifycode = code };
        using var waiting = new Waiting(_app);
        using (await TakePlaceAsync())
        {
            await waiting.StartedAsync();
            Assert.Equal((1002, 2), await AskAsync(http, "/user_register", registration));
            Assert.Equal((1002, 2), await AskAsync(http, "/user_login", new { email = Email, passwd = Password }));
            Assert.Equal((1002, 2), await AskAsync(http, "/reset_pwd", new { user = "Gate", email = Email, passwd = Password, varifycode = code }));
        }

        await waiting.EndedAsync();
        Assert.Equal((0, null), await AskAsync(http, "/user_register", registration));
        Assert.Equal((0, null), await AskAsync(http, "/user_login", new { email = Email, passwd = Password }));
    }

    [Fact]
    public async Task Names_that_are_taken_are_told_five_times_to_a_proven_address_and_then_with_waits_and_cost_no_hash()
    {
        using var first = new Visit(_app);
        await first.RegisterAsync("first@example.com", "Taken", Password);
        using var second = new Visit(_app);
        await second.OpenAsync("/register");
        await second.SubmitAsync(("Email", "second@example.com"));
        await second.SubmitAsync(("Code", await second.ReadCodeAsync("second@example.com")));
        for (var i = 0; i < 10; i++)
        {
            await second.SubmitAsync(("Name", "Taken"), ("Password", "short"));
        }

        Assert.Equal(HttpStatusCode.BadRequest, second.Response.StatusCode);

        for (var i = 0; i < 5; i++)
        {
            await second.SubmitAsync(("Name", "Taken"), ("Password", Password));
            Assert.Equal("This name is taken. Choose another one.", second.ErrorOf("Name"));
        }

        await second.SubmitAsync(("Name", "Taken"), ("Password", Password));
        Assert.Equal(HttpStatusCode.TooManyRequests, second.Response.StatusCode);
        Assert.InRange(second.Response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 2);
        Assert.Contains("Too many tries.", second.Main, StringComparison.Ordinal);
        await _redis.CliAsync("EVAL", "for _, key in ipairs(redis.call('KEYS', 'ACCOUNT:*tries*')) do redis.call('DEL', key) end", "0");
        await second.SubmitAsync(("Name", "Free"), ("Password", Password));
        Assert.Equal("/account?done=registered", second.Path);
    }

    private async Task<IDisposable> TakePlaceAsync() =>
        await _app.Services.CreateScope().ServiceProvider.GetRequiredService<PasswordHashing>().ReserveAsync();

    private static async Task<(int Error, int? RetryAfter)> AskAsync(HttpClient http, string path, object body)
    {
        using var answer = await http.PostAsJsonAsync(path, body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return (json.GetProperty("error").GetInt32(), json.TryGetProperty("retry_after", out var seconds) ? seconds.GetInt32() : null);
    }

    private static async Task<string> ReadTokenAsync(HttpClient http)
    {
        var page = await new HtmlParser().ParseDocumentAsync(await http.GetStringAsync("/signin"));
        return page.QuerySelectorAll("main input[name=__RequestVerificationToken]").OfType<IHtmlInputElement>().First().Value;
    }

    private static Task<HttpResponseMessage> SignInAsync(HttpClient http, string token, string? network, string email)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/signin")
        {
            Content = new FormUrlEncodedContent([new("Email", email), new("Password", Password), new("__RequestVerificationToken", token)]),
        };
        if (network is not null)
        {
            request.Headers.Add("X-Forwarded-For", network);
        }

        return http.SendAsync(request);
    }

    private static string DigitsOf(string? mail) =>
        mail?.Split([' ', '\n', '\r']).FirstOrDefault(word => word.Length == 6 && int.TryParse(word, NumberStyles.None, null, out _)) ?? "";

    /// <summary>Sign-ins that wait for a place and use up the share of this network.</summary>
    private sealed class Waiting(RunningApp app) : IDisposable
    {
        private readonly HttpClient _http = app.CreateClient();
        private readonly List<Task<HttpResponseMessage>> _signIns = [];

        public async Task StartedAsync()
        {
            var token = await ReadTokenAsync(_http);
            // One more than the share of two: once that one is refused, the others wait.
            _signIns.AddRange(Enumerable.Range(0, 3).Select(i => SignInAsync(_http, token, network: null, $"waiting{i}@example.com")));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await await Task.WhenAny(_signIns)).StatusCode);
        }

        public Task<HttpResponseMessage[]> EndedAsync() => Task.WhenAll(_signIns);

        public void Dispose() => _http.Dispose();
    }
}
