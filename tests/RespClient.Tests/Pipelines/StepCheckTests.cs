using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Tests.Pipelines;

public sealed class StepCheckTests
{
    private static readonly RespValue Forbidden = RespValue.FromBytes(RespKind.SimpleError, "NOPERM this user has no permissions"u8.ToArray());

    [Fact]
    public void Two_refusals_of_ping_under_way_at_once_do_not_stand_for_one_of_echo()
    {
        var check = new StepCheck(TimeSpan.FromSeconds(1), frequency: 1000);
        check.Start(0);
        PendingProbe[] probes = [check.TryBegin(1)!, check.TryBegin(2)!];
        Assert.All(probes, probe => Assert.Equal("PING", probe.Command));

        Assert.All(probes, probe => probe.OnReply(Forbidden));

        Assert.False(check.IsRefused);
        var echo = check.TryBegin(3)!;
        Assert.Equal("ECHO", echo.Command);
        echo.OnReply(Forbidden);
        Assert.True(check.IsRefused);
    }
}
