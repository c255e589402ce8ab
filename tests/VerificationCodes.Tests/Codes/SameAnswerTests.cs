using System.Diagnostics;

using VerificationCodes.Delivery;
using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Codes;

/// <summary>Nobody learns from the service whether an address has an account.</summary>
public sealed class SameAnswerTests(SharedRedis redis)
{
    private const int Samples = 300;

    [Fact]
    public async Task A_code_and_a_notice_in_its_place_take_the_same_time()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => (o.RunOutbox, o.SendsPerMinute) = (false, 10_000));
        for (var i = 0; i < 20; i++)
        {
            await bench.Codes.IssueAsync(Ask($"warm{i}@example.com", i % 2 == 0));
        }

        var times = new List<double>[] { [], [] };
        for (var i = 0; i < 2 * Samples; i++)
        {
            var request = Ask($"sample{i}@example.com", i % 2 == 0);
            var started = Stopwatch.GetTimestamp();
            Assert.True((await bench.Codes.IssueAsync(request)).IsSent);
            times[i % 2].Add(Stopwatch.GetElapsedTime(started).TotalMicroseconds);
        }

        var (notice, code) = (Median(times[0]), Median(times[1]));
        // Each median of 300 wanders by some percent between runs; a key derivation or a round trip more would be far beyond.
        Assert.True(Math.Abs(notice - code) < Math.Max(0.3 * code, 300), $"notice {notice:0} µs, code {code:0} µs");
    }

    [Fact]
    public async Task The_keys_of_a_code_and_of_a_notice_in_its_place_are_of_the_same_kind()
    {
        await using var bench = await CodeBench.StartAsync(redis.Server, o => o.RunOutbox = false);
        await bench.Codes.IssueAsync(Ask("aaa@example.com", instead: false));
        await bench.Codes.IssueAsync(Ask("bbb@example.com", instead: true));

        var keys = (await redis.Server.CliAsync("KEYS", bench.Prefix + "*")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(
            keys.Where(k => k.Contains("aaa@", StringComparison.Ordinal)).Order(),
            keys.Where(k => k.Contains("bbb@", StringComparison.Ordinal)).Select(k => k.Replace("bbb@", "aaa@", StringComparison.Ordinal)).Order());
    }

    private static IssueRequest Ask(string to, bool instead) => CodeBench.Ask(to) with { Instead = instead ? NoticeKind.AlreadyRegistered : null };

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
