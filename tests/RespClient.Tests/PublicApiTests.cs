using TestServers;

namespace RespClient.Tests;

public sealed class PublicApiTests
{
    private const int MostLines = 260;

    [Fact]
    public void The_public_surface_stays_small_enough_to_be_read() =>
        Assert.InRange(PublicSurface.Describe(typeof(RedisClient).Assembly).Count(), 1, MostLines);
}
