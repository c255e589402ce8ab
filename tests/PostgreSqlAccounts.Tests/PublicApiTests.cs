using TestServers;

namespace PostgreSqlAccounts.Tests;

public sealed class PublicApiTests
{
    private const int MostLines = 60;

    [Fact]
    public void The_public_surface_stays_small_enough_to_be_read() =>
        Assert.InRange(PublicSurface.Describe(typeof(PostgreSqlAccountOptions).Assembly).Count(), 1, MostLines);
}
