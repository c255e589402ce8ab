using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

using TestServers;

using VerificationCodes.Tests.Bench;

namespace VerificationCodes.Tests.Diagnostics;

/// <summary>What an operator counts, and that nothing personal is in it.</summary>
public sealed class MetricsTests(SharedRedis redis)
{
    [Fact]
    public async Task Issues_checks_and_deliveries_are_counted_by_outcome_without_an_address()
    {
        var seen = new ConcurrentQueue<string>();
        await using var bench = await CodeBench.StartAsync(redis.Server);
        var factory = bench.Service<IMeterFactory>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            // Other tests run instances of their own at the same time.
            if (instrument.Meter.Name == "VerificationCodes" && ReferenceEquals(instrument.Meter.Scope, factory))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            seen.Enqueue($"{instrument.Name} {value} {string.Join(' ', tags.ToArray().Select(t => t.Value))}"));
        listener.Start();

        var code = await bench.ReceiveAsync();
        await bench.Codes.IssueAsync(CodeBench.Ask());
        await bench.ConfirmAsync(CodeBench.Try(CodeBench.Other(code)));
        await bench.ConfirmAsync(CodeBench.Try(code));

        string[] expected =
        [
            "verification.issued 1 register Sent",
            "verification.issued 1 register TooSoon",
            "verification.delivery.attempts 1 mail Delivered",
            "verification.checked 1 register Wrong",
            "verification.checked 1 register Confirmed",
        ];
        await Eventually.TrueAsync(() => seen.Count == expected.Length);
        Assert.Equal(expected.Order(), seen.Order());
    }
}
