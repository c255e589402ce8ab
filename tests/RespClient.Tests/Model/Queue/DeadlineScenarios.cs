using RespClient.Tests.Model.Stepping;

namespace RespClient.Tests.Model.Queue;

/// <summary>Time-outs end what was sent and what was not, beside replies; who timed out asks again.</summary>
internal sealed class TimedOutAndAnsweredAtOnce : QueueScenario
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    public override void Begin()
    {
        _ = AskTwiceAsync();
        _ = AskAsync("two", [Outcome.Answered, Outcome.TimedOut]);
    }

    public override void Start(Action<ModelThread> add) => add(Thread("clock", () =>
    {
        Time.Advance(Long);
        Time.Tick();
    }));

    private async Task AskTwiceAsync()
    {
        await AskAsync("one", [Outcome.Answered, Outcome.TimedOut]);
        await AskAsync("three", [Outcome.Answered, Outcome.TimedOut]);
    }
}

/// <summary>A probe of whether replies are in step goes in line with what callers ask.</summary>
internal sealed class AProbeInLine : QueueScenario
{
    public override void Begin() => _ = AskAsync("one");

    public override void Start(Action<ModelThread> add)
    {
        add(Thread("prober", Pipeline.Probe));
        add(Thread("caller", () => _ = AskAsync("two")));
    }
}
