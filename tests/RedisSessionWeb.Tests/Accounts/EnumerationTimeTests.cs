using System.Net;

using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

using Microsoft.Extensions.DependencyInjection;

using RedisSessionWeb.Tests.Host;

using RespClient;

namespace RedisSessionWeb.Tests.Accounts;

/// <summary>How long an answer takes tells nobody who has an account (OWASP ASVS 5.0.0, 6.3.8).</summary>
/// <remarks>
/// 100 answers of each kind (300 with <c>LONG_RUN=1</c>), in turns, so that what else the machine does slows both alike; where
/// they are apart, once more: a difference that the application makes stays, one that other tests make does not. Passwords
/// are hashed in fewer rounds than in earnest, as only the time of the run depends on it; the long run takes all of them.
/// </remarks>
public sealed class EnumerationTimeTests(EnumerationTimeTests.Fixture fixture, ITestOutputHelper output) : IClassFixture<EnumerationTimeTests.Fixture>
{
    private const int Rounds = 3;

    private static readonly int Samples = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 300 : 100;

    [Theory]
    [InlineData("/register", "/register", HttpStatusCode.Found)]
    [InlineData("/reset", "/reset", HttpStatusCode.Found)]
    [InlineData("/signin/code", "/signin/code", HttpStatusCode.Found)]
    [InlineData("/signin", "/signin", HttpStatusCode.BadRequest)]
    [InlineData("/register/code", "/register/code?handler=Again", HttpStatusCode.OK)]
    public async Task Known_and_unknown_addresses_are_answered_in_the_same_time(string page, string action, HttpStatusCode status)
    {
        using var known = await Asker.StartAsync(fixture, page, action, "known@example.com");
        using var unknown = await Asker.StartAsync(fixture, page, action, "unknown@example.com");
        var apart = new List<double>();
        do
        {
            var (x, y) = await CompareAsync(known, unknown, status);
            output.WriteLine($"{action}: 2 x {Samples} answers, median known {x:F2} ms, unknown {y:F2} ms, apart {Math.Abs(x - y):F2} ms");

            // A password hash left out or a mail waited for is ten milliseconds and more even here.
            apart.Add(Math.Abs(x - y) < Math.Max(1.5, 0.2 * Math.Max(x, y)) ? 0 : x - y);
        }
        while (apart[^1] != 0 && apart.Count < Rounds);

        Assert.True(apart.Contains(0), $"{action}: known addresses take longer by {string.Join(", ", apart.Select(ms => $"{ms:F2} ms"))}");
    }

    private static async Task<(double Known, double Unknown)> CompareAsync(Asker known, Asker unknown, HttpStatusCode status)
    {
        var (knownTimes, unknownTimes) = (new List<double>(), new List<double>());
        for (var i = -10; i < Samples; i++)
        {
            // Who goes first takes turns too: the second of two finds warmer caches.
            var (first, second) = i % 2 == 0 ? (known, unknown) : (unknown, known);
            var (a, b) = (await first.AskAsync(status), await second.AskAsync(status));
            if (i < 0)
            {
                continue;
            }

            knownTimes.Add(first == known ? a : b);
            unknownTimes.Add(first == known ? b : a);
        }

        return (Median(knownTimes), Median(unknownTimes));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>A browser that sends the same form with the same address over and over.</summary>
    private sealed class Asker(Fixture fixture, string action, string email) : IDisposable
    {
        private readonly HttpClient _http = fixture.App.CreateClient();
        private string _token = "";

        public static async Task<Asker> StartAsync(Fixture fixture, string page, string action, string email)
        {
            var asker = new Asker(fixture, action, email);
            if (page != new Uri(fixture.App.Address, action).AbsolutePath || action.Contains('?', StringComparison.Ordinal))
            {
                // Asking again: the first code has been sent.
                await asker.OpenAsync("/register");
                await fixture.ForgetLimitsAsync();
                (await asker.PostAsync("/register")).Dispose();
            }

            await asker.OpenAsync(page);
            return asker;
        }

        /// <summary>Milliseconds until the answer was there.</summary>
        public async Task<double> AskAsync(HttpStatusCode status)
        {
            // Every sample meets fresh limits, or the refusals would be compared.
            await fixture.ForgetLimitsAsync();
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            using var response = await PostAsync(action);
            var took = System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            Assert.Equal(status, response.StatusCode);
            return took;
        }

        public void Dispose() => _http.Dispose();

        private async Task OpenAsync(string page)
        {
            var html = await new HtmlParser().ParseDocumentAsync(await _http.GetStringAsync(page));
            _token = html.QuerySelectorAll("main input[name=__RequestVerificationToken]").OfType<IHtmlInputElement>().First().Value;
        }

        private Task<HttpResponseMessage> PostAsync(string path) => _http.PostAsync(
            path, new FormUrlEncodedContent([new("Email", email), new("Password", "wrong password"), new("__RequestVerificationToken", _token)]));
    }

    /// <summary>An application with one account.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private readonly AppFixture _inner = new();

        internal RunningApp App => _inner.App;

        public async ValueTask InitializeAsync()
        {
            await _inner.InitializeAsync();
            using var visit = new Visit(App);
            await visit.RegisterAsync("known@example.com", "Known", "correct horse battery");
        }

        public ValueTask DisposeAsync() => _inner.DisposeAsync();

        internal async Task ForgetLimitsAsync() => await App.Services.GetRequiredService<IRedisClient>().ExecuteAsync(new RedisCommand(
            "EVAL",
            "for _, p in ipairs({'is_send_*', 'sends_*', 'ACCOUNT:*tries*', 'MAIL:*'}) do for _, k in ipairs(redis.call('KEYS', p)) do redis.call('DEL', k) end end",
            0));
    }
}
