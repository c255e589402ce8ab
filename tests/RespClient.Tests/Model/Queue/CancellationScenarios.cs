using RespClient.Tests.Model.Stepping;

namespace RespClient.Tests.Model.Queue;

/// <summary>Two commands stand in the next segment, the first is given up, and the reader is about to leave the one before.</summary>
internal sealed class GivenUpWhileTheReaderLeavesASegment : QueueScenario
{
    private readonly CancellationTokenSource _leaves = new();

    public override void Begin()
    {
        _ = AskAsync("one");
        _ = AskAsync("two");
        _ = AskAsync("three");
        Steps.Execution!.Pool.DoAll();
        _ = AskAsync("four", AnsweredOrCancelled, token: _leaves.Token);
        _ = AskAsync("five");
    }

    public override void Start(Action<ModelThread> add) => add(Thread("canceller", _leaves.Cancel));
}

/// <summary>A command is given up while it is appended, sent and answered, beside another.</summary>
internal sealed class GivenUpWhileItIsSent : QueueScenario
{
    private readonly CancellationTokenSource _leaves = new();

    public override void Begin()
    {
        _ = AskAsync("one");
        Steps.Execution!.Pool.DoAll();
        _ = AskAsync("two");
    }

    public override void Start(Action<ModelThread> add)
    {
        add(Thread("caller", () => _ = AskAsync("three", AnsweredOrCancelled, token: _leaves.Token)));
        add(Thread("canceller", _leaves.Cancel));
    }
}

/// <summary>A caller is answered and cancelled at once, and asks again: with the same command, which is pooled.</summary>
internal sealed class CancelledAndAnsweredAtOnce : QueueScenario
{
    private readonly CancellationTokenSource _leaves = new();

    public override void Begin() => _ = AskTwiceAsync();

    public override void Start(Action<ModelThread> add) => add(Thread("canceller", _leaves.Cancel));

    private async Task AskTwiceAsync()
    {
        await AskAsync("one", AnsweredOrCancelled, token: _leaves.Token);
        await AskAsync("two");
        await AskAsync("three");
    }
}

/// <summary>The reply is to come into a buffer whose caller leaves: the buffer is the caller's again.</summary>
internal sealed class ABufferIsTakenBack : QueueScenario
{
    private readonly CancellationTokenSource _leaves = new();
    private readonly byte[] _buffer = new byte[8];
    private string _left = "";

    public override void Begin() => _ = AskAndKeepAsync();

    public override void Start(Action<ModelThread> add) => add(Thread("canceller", _leaves.Cancel));

    public override string? Verify() =>
        base.Verify() ?? (System.Text.Encoding.UTF8.GetString(_buffer) == _left ? null : "The buffer was written to after its caller had left.");

    private async Task AskAndKeepAsync()
    {
        await AskIntoAsync(_buffer, "one", AnsweredOrCancelled, token: _leaves.Token);
        _left = System.Text.Encoding.UTF8.GetString(_buffer);
        await AskAsync("two");
    }
}

/// <summary>Commands wait for room among the unsent ones; one of them is given up.</summary>
internal sealed class GivenUpWhileItWaitsForRoom() : QueueScenario(maxUnsentBytes: 1)
{
    private readonly CancellationTokenSource _leaves = new();

    public override void Begin()
    {
        _ = AskAsync("one");
        _ = AskAsync("two");
    }

    public override void Start(Action<ModelThread> add)
    {
        add(Thread("caller", () => _ = AskAsync("three", AnsweredOrCancelled, token: _leaves.Token)));
        add(Thread("canceller", _leaves.Cancel));
    }
}
