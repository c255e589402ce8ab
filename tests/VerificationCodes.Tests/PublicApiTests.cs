using TestServers;

using VerificationCodes.Grpc;

namespace VerificationCodes.Tests;

/// <summary>The public surface is a promise: its members stand in PublicAPI.Unshipped.txt, and it stays small enough to be read.</summary>
public sealed class PublicApiTests
{
    private const int MostLines = 210;

    [Fact]
    public void The_public_surface_stays_small_enough_to_be_read() => Assert.InRange(
        PublicSurface.Describe(typeof(IVerificationService).Assembly).Concat(PublicSurface.Describe(typeof(VerificationServerOptions).Assembly)).Count(),
        1,
        MostLines);
}
