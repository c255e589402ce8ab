using Microsoft.Extensions.Logging;

using RedisSessions.Diagnostics;
using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Diagnostics;

/// <summary>What whoever is on call reads while Redis is away.</summary>
public sealed class OutageLineTests
{
    [Fact]
    public void An_outage_is_told_at_once_and_then_every_ten_seconds_with_the_rest_counted()
    {
        using var captured = new CapturedLog();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(captured));
        var time = new ShiftedTime();
        var log = new SessionLog(factory.CreateLogger<SessionLog>(), time);

        for (var request = 0; request < 100; request++)
        {
            log.Unavailable("load", new TimeoutException("No answer."));
        }

        Assert.EndsWith("TimeoutException: No answer. (0 more since the last such line.)", Assert.Single(captured.OfSessions).Text, StringComparison.Ordinal);

        time.Advance(TimeSpan.FromSeconds(10));
        log.Unavailable("load", new TimeoutException("No answer."));
        Assert.Equal(2, captured.OfSessions.Count());
        Assert.EndsWith("(99 more since the last such line.)", captured.OfSessions.Last().Text, StringComparison.Ordinal);
    }
}
