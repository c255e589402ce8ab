using TestServers;

namespace PostgreSqlAccounts.Tests;

public sealed class PublicApiTests
{
    private const int MostLines = 60;

    [Fact]
    public void The_public_surface_is_exactly_the_approved_one()
    {
        var (approved, actual) = PublicSurface.Compare(typeof(PostgreSqlAccountOptions).Assembly);

        // A change on purpose: run this test with APPROVE_PUBLIC_API=1 and commit PublicApi.txt.
        Assert.Equal(approved, actual);
    }

    [Fact]
    public void The_public_surface_stays_small_enough_to_be_read() =>
        Assert.InRange(PublicSurface.Describe(typeof(PostgreSqlAccountOptions).Assembly).Count(), 1, MostLines);
}
