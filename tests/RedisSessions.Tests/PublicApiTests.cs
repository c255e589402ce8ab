using TestServers;

namespace RedisSessions.Tests;

public sealed class PublicApiTests
{
    private const int MostLines = 170;

    [Fact]
    public void The_public_surface_stays_small_enough_to_be_read() =>
        Assert.InRange(PublicSurface.Describe(typeof(RedisSession).Assembly).Count(), 1, MostLines);
}
