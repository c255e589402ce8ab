using RespClient.Stress.Kinds;
using RespClient.Stress.Results;

namespace RespClient.Stress.Callers;

/// <summary>What an exception says about a call: one of the ways in which it may end, or a fault of the client.</summary>
internal static class Verdict
{
    // Less than the time-outs of calls that name none, by more than the clock of a busy machine can be late.
    private static readonly TimeSpan Premature = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongTimeout = TimeSpan.FromSeconds(5);

    public static Outcome Of(Exception e, CallKind kind, Call call, out string expected, out string got)
    {
        (expected, got) = ("an end that this call can have", $"{e.GetType().Name}: {e.Message}");
        switch (e)
        {
            case ForeignReplyException foreign:
                (expected, got) = (foreign.Expected, foreign.Got);
                return Outcome.Foreign;
            case OperationCanceledException when call.Token.IsCancellationRequested:
                return Outcome.Cancelled;
            case OperationCanceledException:
                expected = "no cancellation, because its token is not cancelled";
                return Outcome.Foreign;
            case RedisTimeoutException when call.Timeout is null && call.World.CommandTimeout >= LongTimeout && call.Elapsed < Premature:
                expected = $"no time-out {call.Elapsed.TotalMilliseconds:0} ms after the call: that is another's";
                return Outcome.Foreign;
            case RedisTimeoutException when kind.IsNamedBy(e.Message):
                return Outcome.TimedOut;
            case RedisConnectionException lost when kind.IsNamedBy(e.Message) || lost.Outcome == CommandOutcome.NotSent:
                return lost.Outcome == CommandOutcome.NotSent ? Outcome.Refused : Outcome.Lost;
            case RedisTimeoutException or RedisConnectionException:
                expected = $"a message about {kind.Name}";
                return Outcome.Foreign;
            case RedisProtocolException:
                expected = "a wire whose framing is right: the server breaks nothing";
                return Outcome.Foreign;
            case RedisServerException:
                expected = "no error: this command has none";
                return Outcome.Foreign;
            case ObjectDisposedException when call.World.IsDisposed:
                return Outcome.Refused;
            default:
                got = e.ToString();
                return Outcome.Foreign;
        }
    }

    /// <summary>Whether the command of a call that failed like this may be on its way still, when the next one has its reply.</summary>
    public static bool MayRunLate(Exception e, Call call) => e is not OperationCanceledException || call.World.Phase.IsDisturbed;

    /// <summary>Whether the command of a call that failed like this cannot have run, now or later.</summary>
    public static bool CannotHaveRun(Exception e, Call call) => e switch
    {
        RedisException failed => failed.Outcome == CommandOutcome.NotSent,
        OperationCanceledException => call.WasCancelledBefore,
        _ => false,
    };
}
