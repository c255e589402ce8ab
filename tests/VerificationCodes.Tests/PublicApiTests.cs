using TestServers;

using VerificationCodes.Grpc;
using VerificationCodes.Mail;

namespace VerificationCodes.Tests;

/// <summary>The public surface is a promise: its members stand in PublicAPI.Unshipped.txt, and it stays small enough to be read.</summary>
public sealed class PublicApiTests
{
    private const int MostLines = 225;

    [Fact]
    public void The_public_surface_stays_small_enough_to_be_read() => Assert.InRange(
        ((Type[])[typeof(IVerificationService), typeof(VerificationServerOptions), typeof(SmtpOptions)]).Sum(type => PublicSurface.Describe(type.Assembly).Count()),
        1,
        MostLines);
}
