using System.Diagnostics;

using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Accounts;

/// <summary>How long an answer takes tells nobody who has an account (OWASP ASVS 5.0.0, 6.3.8).</summary>
public sealed class EnumerationTimeTests(EnumerationTimeTests.Fixture fixture) : IClassFixture<EnumerationTimeTests.Fixture>
{
    /// <summary>Samples of each kind: 300 in the long run.</summary>
    private static readonly int Samples = Environment.GetEnvironmentVariable("LONG_RUN") == "1" ? 300 : 25;

    [Theory]
    [InlineData("/register", "Email")]
    [InlineData("/reset", "Email")]
    [InlineData("/signin/code", "Email")]
    [InlineData("/signin", "Email", "Password")]
    public async Task Known_and_unknown_addresses_are_answered_in_the_same_time(string path, params string[] inputs)
    {
        using var visit = new Visit(fixture.App);
        await visit.OpenAsync(path);
        var known = new List<double>();
        var unknown = new List<double>();
        await MeasureAsync(visit, path, inputs, "warm-up@example.com");
        for (var i = 0; i < Samples; i++)
        {
            known.Add(await MeasureAsync(visit, path, inputs, Fixture.Known(i % Fixture.Accounts)));
            unknown.Add(await MeasureAsync(visit, path, inputs, $"u{i}@{Guid.NewGuid():N}.example"));
        }

        var (a, b) = (Median(known), Median(unknown));

        // The machine's own noise; a missing password hash or an awaited mail would be ten times as much.
        Assert.True(Math.Abs(a - b) < Math.Max(5, 0.25 * Math.Max(a, b)), $"{path}: known {a:F2} ms, unknown {b:F2} ms");
    }

    private async Task<double> MeasureAsync(Visit visit, string path, string[] inputs, string email)
    {
        await fixture.ForgetLimitsAsync();
        await visit.OpenAsync(path);
        var started = Stopwatch.GetTimestamp();
        await visit.SubmitAsync([.. inputs.Select(input => (input, input == "Email" ? email : "wrong password"))]);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>An application with a few accounts.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        internal const int Accounts = 4;

        private readonly AppFixture _inner = new();

        internal RunningApp App => _inner.App;

        internal static string Known(int index) => $"known{index}@example.com";

        public async ValueTask InitializeAsync()
        {
            await _inner.InitializeAsync();
            for (var i = 0; i < Accounts; i++)
            {
                using var visit = new Visit(App);
                await visit.RegisterAsync(Known(i), "Known " + i, "correct horse battery");
            }
        }

        public ValueTask DisposeAsync() => _inner.DisposeAsync();

        /// <summary>Every sample meets fresh limits, or the refusals would be compared.</summary>
        internal Task ForgetLimitsAsync() => _inner.Redis.CliAsync(
            "EVAL",
            "for _, p in ipairs({'is_send_*', 'sends_*', 'ACCOUNT:*TRIES*', 'ACCOUNT:*tries*'}) do for _, k in ipairs(redis.call('KEYS', p)) do redis.call('DEL', k) end end",
            "0");
    }
}
