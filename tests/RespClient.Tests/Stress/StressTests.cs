using RespClient.Stress;
using RespClient.Stress.Results;
using RespClient.Tests.Pipelines;

using TestServers.Proxy;

namespace RespClient.Tests.Stress;

/// <summary>
/// Up to ten thousand callers, every kind of command, and whatever can happen to them, against a real server. Some 20 s; an
/// hour with <c>LONG_RUN=1</c>; <c>STRESS_SECONDS</c>, <c>STRESS_SEED</c>, <c>STRESS_PHASES</c>. The same runs by hand:
/// <c>dotnet run -c Release --project tests/RespClient.Stress</c>.
/// </summary>
[Collection(nameof(AloneOnTheMachine))]
public sealed class StressTests(ITestOutputHelper output)
{
    private const string Disposal = "disposal";

    [Fact]
    public async Task Each_of_ten_thousand_callers_gets_its_own_reply_whatever_is_cancelled_lost_or_late()
    {
        var options = StressOptions.FromEnvironment(TimeSpan.FromSeconds(9), part: 0.85) with { Without = [Disposal] };
        var report = await RunAsync(options);
        Assert.All(report.Phases, phase => Assert.True(
            phase.Kinds.Values.Sum(counts => counts[Outcome.Right]) > 0 && phase.Kinds.Values.Sum(counts => counts[Outcome.Cancelled]) > 0,
            $"Nobody was answered, or nobody cancelled: {phase.Phase}."));
    }

    [Fact]
    public async Task Every_call_ends_with_its_client_and_no_element_is_taken_later()
    {
        var options = StressOptions.FromEnvironment(TimeSpan.FromSeconds(2.5), part: 0.15) with { Phases = [Disposal] };
        var report = await RunAsync(options);
        Assert.True(report.Total[Outcome.Lost] > 0, "Nothing was in flight when clients were disposed of.");
    }

    [Fact]
    public async Task A_server_that_lies_to_one_caller_fails_the_run_which_says_seed_phase_kind_and_what_was_expected()
    {
        // Caller 7 of 300 gets what caller 8 has asked for.
        FaultProxy? proxy = null;
        var options = new StressOptions
        {
            Seed = 17,
            Duration = TimeSpan.FromSeconds(20),
            Phases = ["hundreds, every kind"],
            ConnectThrough = server =>
            {
                proxy = FaultProxy.Start(server.Port);
                proxy.Falsify = chunk => Replace(chunk, "r0p0.7."u8, "r0p0.8."u8);
                return proxy.ConnectionString;
            },
        };
        var report = await new StressRun(options, output.WriteLine).RunAsync();
        await proxy!.DisposeAsync();
        var failure = report.Failures[0];
        output.WriteLine(failure.ToString());
        Assert.Equal(17, failure.Seed);
        Assert.Equal("hundreds, every kind", failure.Phase);
        Assert.Contains("r0p0.7.", failure.Expected, StringComparison.Ordinal);
        Assert.Contains("r0p0.8.", failure.Got, StringComparison.Ordinal);
        Assert.True(report.Of(failure.Kind)[Outcome.Foreign] > 0, "It is not among the figures.");
        Assert.InRange(report.Duration, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    private async Task<StressReport> RunAsync(StressOptions options)
    {
        var report = await new StressRun(options, output.WriteLine).RunAsync();
        output.WriteLine(report.ToString());
        Assert.True(report.Failures.Count == 0, report.ToString());
        Assert.Equal(0, report.Total[Outcome.Foreign]);
        return report;
    }

    private static byte[] Replace(byte[] text, ReadOnlySpan<byte> old, ReadOnlySpan<byte> other)
    {
        for (var at = text.AsSpan().IndexOf(old); at >= 0; at = text.AsSpan().IndexOf(old))
        {
            other.CopyTo(text.AsSpan(at));
        }

        return text;
    }
}
