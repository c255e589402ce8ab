using RespClient.Tests.Model.Stepping;

namespace RespClient.Tests.Model.Queue;

/// <summary>Two callers ask at once.</summary>
internal sealed class AppendBesideAppend : QueueScenario
{
    public override void Begin()
    {
        // There is nothing before them.
    }

    public override void Start(Action<ModelThread> add)
    {
        add(Thread("caller", () => _ = AskAsync("one")));
        add(Thread("other caller", () => _ = AskAsync("two")));
    }
}

/// <summary>Segments that the reader has left are used again by who appends, beside a walk for a command that is given up.</summary>
internal sealed class SegmentsAreUsedAgain : QueueScenario
{
    private readonly CancellationTokenSource _leaves = new();

    public override void Begin()
    {
        _ = AskAsync("one");
        _ = AskAsync("two");
        _ = AskAsync("three");
        Steps.Execution!.Pool.DoAll();
        _ = AskAsync("four", AnsweredOrCancelled, token: _leaves.Token);
    }

    public override void Start(Action<ModelThread> add)
    {
        add(Thread("canceller", _leaves.Cancel));
        add(Thread("caller", () => _ = AskAsync("five")));
    }
}

/// <summary>A transaction is sent and answered in one piece beside other commands, and its caller may leave.</summary>
internal sealed class ATransactionInOnePiece : QueueScenario
{
    private readonly CancellationTokenSource _leaves = new();

    public override void Begin()
    {
        _ = AskAsync("one");
        _ = AskInTransactionAsync("two", AnsweredOrCancelled, _leaves.Token);
        _ = AskAsync("three");
    }

    public override void Start(Action<ModelThread> add) => add(Thread("canceller", _leaves.Cancel));
}
