namespace RespClient.Stress.Phases;

/// <summary>Where the random choices of one phase come from: the same seed makes the same choices.</summary>
/// <param name="Run">The run's seed.</param>
/// <param name="Round">How often the phases came before.</param>
/// <param name="Phase">The phase's place.</param>
internal sealed record Seed(long Run, int Round, int Phase)
{
    /// <summary>A short name for keys and clients of the phase.</summary>
    public string Name => $"r{Round}p{Phase}";

    /// <summary>The choices of one caller.</summary>
    public Random Random(int caller) => new(Mix((ulong)(caller + 1)));

    /// <summary>The choices of something else.</summary>
    public Random Random(string what) => new(Mix(what.Aggregate(0xcbf29ce484222325, static (hash, letter) => (hash ^ letter) * 0x100000001b3)));

    // SplitMix64, which makes neighbours differ in all their bits.
    private int Mix(ulong what)
    {
        var value = unchecked((ulong)Run);
        foreach (var part in (ReadOnlySpan<ulong>)[(ulong)Round, (ulong)Phase, what])
        {
            value = unchecked(value + part + 0x9e3779b97f4a7c15);
            value = unchecked((value ^ (value >> 30)) * 0xbf58476d1ce4e5b9);
            value = unchecked((value ^ (value >> 27)) * 0x94d049bb133111eb);
            value ^= value >> 31;
        }

        return (int)(value & int.MaxValue);
    }
}
