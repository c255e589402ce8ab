using System.Collections.Concurrent;

namespace ForeignReplies.Tests.Results;

/// <summary>Counts answers by what they are worth, and keeps the first ones that must not be.</summary>
internal sealed class Tally
{
    private const int Kept = 12;

    private readonly int[] _counts = new int[Enum.GetValues<Verdict>().Length];
    private readonly ConcurrentQueue<string> _examples = new();

    public int this[Verdict verdict] => Volatile.Read(ref _counts[(int)verdict]);

    /// <summary>How many answers must not be.</summary>
    public int Bad => Enum.GetValues<Verdict>().Where(IsBad).Sum(verdict => this[verdict]);

    public void Add(Verdict verdict, string example = "")
    {
        Interlocked.Increment(ref _counts[(int)verdict]);
        if (IsBad(verdict) && _examples.Count < Kept)
        {
            _examples.Enqueue($"{verdict}: {example}");
        }
    }

    /// <summary>Judges what has one right value.</summary>
    public void Compare(string expected, string? got, string what)
    {
        var verdict = got == expected ? Verdict.Right : got is null ? Verdict.Missing : Verdict.Foreign;
        Add(verdict, $"{what}: '{expected}' expected, got '{got ?? "nothing"}'");
    }

    public override string ToString()
    {
        var counts = string.Join(", ", Enum.GetValues<Verdict>().Select(verdict => $"{verdict} {this[verdict]}"));
        return string.Join(Environment.NewLine, _examples.Prepend(counts));
    }

    private static bool IsBad(Verdict verdict) => verdict is not (Verdict.Right or Verdict.Refused);
}
