using RespClient.Connections;

namespace RespClient.Tests.Pipelines;

public sealed class BackoffTests
{
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(1);

    [Fact]
    public void TheFirstPauseIsShortAndNoPauseExceedsTheLimit()
    {
        Assert.InRange(Backoff.PauseAfter(1, Most, 1), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10));
        Assert.All(Enumerable.Range(1, 2000), attempt => Assert.True(Backoff.PauseAfter(attempt, Most, 1) <= Most));
    }

    [Fact]
    public void AnOutageIsNeverLongerByMoreThanAThirdForWantOfAnAttempt()
    {
        var elapsed = TimeSpan.Zero;
        for (var attempt = 1; attempt < 20; attempt++)
        {
            var pause = Backoff.PauseAfter(attempt, Most, 0.5);
            if (attempt > 7)
            {
                Assert.True(pause <= elapsed / 3, $"attempt {attempt}: {pause} after {elapsed}");
            }

            elapsed += pause;
        }
    }

    [Fact]
    public void PausesOfManyClientsAreSpreadOverHalfOfTheirLength() =>
        Assert.Equal(Backoff.PauseAfter(30, Most, 1), 2 * Backoff.PauseAfter(30, Most, 0));
}
