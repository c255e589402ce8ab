using RespClient.Stress.Cancels;
using RespClient.Stress.Kinds;
using RespClient.Stress.Troubles;

namespace RespClient.Stress.Phases;

/// <summary>A part of a run: how many call what, and what happens to them.</summary>
/// <param name="Name">For the figures.</param>
/// <param name="Callers">How many.</param>
/// <param name="Mix">What they call.</param>
internal sealed record Phase(string Name, int Callers, Mix Mix)
{
    private static readonly CancelWhen[] AllWays = [.. Enum.GetValues<CancelWhen>().Where(when => when != CancelWhen.Never)];

    /// <summary>Its part of the time, beside the others'.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Each caller cancels a part of its calls, from none to this.</summary>
    public double MostCancelled { get; init; } = 0.5;

    /// <summary>How they cancel.</summary>
    public IReadOnlyList<CancelWhen> CancelsBy { get; init; } = AllWays;

    /// <summary>The part of the calls that wait for less than 40 ms.</summary>
    public double ShareOfShortTimeouts { get; init; }

    public Trouble Trouble { get; init; }

    /// <summary>Changes the options of its client.</summary>
    public Action<RedisClientOptions> Configure { get; init; } = static _ => { };

    /// <summary>Whether clients are disposed of, one after the other, under the hands of their callers.</summary>
    public bool DisposesOfClients { get; init; }

    /// <summary>Whether connections may be lost.</summary>
    public bool IsDisturbed => DisposesOfClients || (Trouble & (Trouble.Kills | Trouble.Network)) != 0;
}
