using TestServers;

namespace RespClient.Tests;

public sealed class PublicApiTests
{
    private const int MostLines = 250;

    [Fact]
    public void ThePublicSurfaceIsExactlyTheApprovedOne()
    {
        var (approved, actual) = PublicSurface.Compare(typeof(RedisClient).Assembly);

        // A change on purpose: run this test with APPROVE_PUBLIC_API=1 and commit PublicApi.txt.
        Assert.Equal(approved, actual);
    }

    [Fact]
    public void ThePublicSurfaceStaysSmallEnoughToBeRead() =>
        Assert.InRange(PublicSurface.Describe(typeof(RedisClient).Assembly).Count(), 1, MostLines);
}
