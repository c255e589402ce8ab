using TestServers;

namespace RedisAccounts.Tests;

public sealed class PublicApiTests
{
    private const int MostLines = 80;

    [Fact]
    public void The_public_surface_stays_small_enough_to_be_read() =>
        Assert.InRange(PublicSurface.Describe(typeof(Account).Assembly).Count(), 1, MostLines);
}
