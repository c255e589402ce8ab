using TestServers;

namespace RedisSessions.Tests;

public sealed class PublicApiTests
{
    private const int MostLines = 170;

    [Fact]
    public void The_public_surface_is_exactly_the_approved_one()
    {
        var (approved, actual) = PublicSurface.Compare(typeof(RedisSession).Assembly);

        // A change on purpose: run this test with APPROVE_PUBLIC_API=1 and commit PublicApi.txt.
        Assert.Equal(approved, actual);
    }

    [Fact]
    public void The_public_surface_stays_small_enough_to_be_read() =>
        Assert.InRange(PublicSurface.Describe(typeof(RedisSession).Assembly).Count(), 1, MostLines);
}
