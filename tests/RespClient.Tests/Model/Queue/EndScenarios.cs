using RespClient.Tests.Model.Stepping;

namespace RespClient.Tests.Model.Queue;

/// <summary>The pipeline is closed while commands are appended and sent: what was not sent is handed over, each command once.</summary>
internal sealed class ClosedWhileCommandsAreSent : QueueScenario
{
    public override void Begin()
    {
        _ = AskAsync("one");
        _ = AskAsync("two", [Outcome.Answered, Outcome.NotSent]);
    }

    public override void Start(Action<ModelThread> add)
    {
        add(Thread("closer", () => Pipeline.Close(new ObjectDisposedException("client"))));
        add(Thread("caller", () => _ = AskAsync("three", [Outcome.Answered, Outcome.NotSent])));
    }
}

/// <summary>The connection is lost: reads go to the next one before what was not sent, writes end as "outcome unknown".</summary>
internal sealed class TheConnectionIsLost() : QueueScenario(connections: 2)
{
    private readonly CancellationTokenSource _leaves = new();

    public override void Begin()
    {
        _ = AskAsync("one", AnsweredOrCancelled, token: _leaves.Token);
        _ = AskAsync("two", [Outcome.Answered, Outcome.Lost], "INCR");
    }

    public override void Start(Action<ModelThread> add)
    {
        add(Thread("network", () => Connection.Abort(new IOException("reset"))));
        add(Thread("canceller", _leaves.Cancel));
    }
}
