namespace RespClient.Stress.Results;

/// <summary>How many calls ended how. Safe for concurrent use.</summary>
public sealed class Counts
{
    private readonly long[] _counts = new long[Enum.GetValues<Outcome>().Length];

    public long this[Outcome outcome] => Interlocked.Read(ref _counts[(int)outcome]);

    /// <summary>How many calls there were.</summary>
    public long Total => Enum.GetValues<Outcome>().Sum(outcome => this[outcome]);

    public void Add(Outcome outcome, long count = 1) => Interlocked.Add(ref _counts[(int)outcome], count);

    public void Add(Counts others)
    {
        foreach (var outcome in Enum.GetValues<Outcome>())
        {
            Add(outcome, others[outcome]);
        }
    }
}
