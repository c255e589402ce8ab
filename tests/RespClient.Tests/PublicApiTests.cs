using TestServers;

namespace RespClient.Tests;

public sealed class PublicApiTests
{
    private const int MostLines = 260;

    [Fact]
    public void ThePublicSurfaceStaysSmallEnoughToBeRead() =>
        Assert.InRange(PublicSurface.Describe(typeof(RedisClient).Assembly).Count(), 1, MostLines);
}
