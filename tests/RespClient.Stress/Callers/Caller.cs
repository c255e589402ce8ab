using RespClient.Stress.Kinds;
using RespClient.Stress.Results;
using RespClient.Stress.Worlds;

namespace RespClient.Stress.Callers;

/// <summary>Makes one call after the other, and judges how each ends.</summary>
internal sealed class Caller(World world, int number, Random random)
{
    private readonly Call _call = new(world, number, random);
    private string? _waitsFor;

    /// <summary>The kind of the call that is under way.</summary>
    public string? WaitsFor => Volatile.Read(ref _waitsFor);

    /// <summary>Calls until the phase is over, or its client is disposed of.</summary>
    public async Task RunAsync()
    {
        while (world.GoesOn)
        {
            var kind = world.Phase.Mix.Pick(random);
            if (!world.TryEnter(kind))
            {
                kind = Mix.Filler;
            }

            var outcome = await CallAsync(kind);
            if (outcome == Outcome.Refused)
            {
                if (world.IsDisposed)
                {
                    break;
                }

                // A caller that is refused at once would ask for ever, and no other would come to run.
                await Task.Delay(random.Next(1, 5));
            }
            else if (outcome != Outcome.Right)
            {
                await Task.Yield();
            }
        }

        if (_call.Own.FindTouchedBuffer() is { } touched)
        {
            world.Fail("GET into a buffer", "a buffer that is not touched after its wait has ended", touched);
        }
    }

    private async Task<Outcome> CallAsync(CallKind kind)
    {
        var outcome = Outcome.Right;
        Volatile.Write(ref _waitsFor, kind.Name);
        _call.Begin();
        try
        {
            await kind.CallAsync(_call);
        }
#pragma warning disable CA1031 // Each is judged.
        catch (Exception e)
#pragma warning restore CA1031
        {
            outcome = Verdict.Of(e, kind, _call, out var expected, out var got);
            if (outcome == Outcome.Foreign)
            {
                world.Fail(kind.Name, expected, got);
            }
        }

        _call.Ended();
        world.Leave(kind, outcome);
        Volatile.Write(ref _waitsFor, null);
        return outcome;
    }
}
