using System.Globalization;
using System.Text;

namespace RespClient.Stress.Results;

/// <summary>The figures of a run. Phases that came several times are one line.</summary>
public sealed class StressReport(long seed)
{
    private static readonly Outcome[] Outcomes = Enum.GetValues<Outcome>();

    private readonly List<PhaseResult> _phases = [];

    public long Seed => seed;

    /// <summary>What must not happen and did, the first of it first; empty: the run is good.</summary>
    public IReadOnlyList<StressFailure> Failures { get; set; } = [];

    public TimeSpan Duration { get; set; }

    public IReadOnlyList<PhaseResult> Phases => _phases;

    /// <summary>How the calls of the whole run ended.</summary>
    public Counts Total => Sum(_phases.SelectMany(phase => phase.Kinds.Values));

    /// <summary>How the calls of one kind ended.</summary>
    public Counts Of(string kind) => Sum(_phases.SelectMany(phase => phase.Kinds).Where(entry => entry.Key == kind).Select(entry => entry.Value));

    public void Add(PhaseResult phase) => _phases.Add(phase);

    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"seed {seed}, {Duration.TotalSeconds:0.0} s, {Total.Total:n0} calls, {_phases.Sum(phase => phase.Connections):n0} connections");
        text.AppendLine().AppendLine(Line("phase", ["callers", "seconds", "opened", .. Outcomes.Select(outcome => $"{outcome}")]));
        foreach (var phase in _phases.GroupBy(phase => phase.Phase))
        {
            var counts = Sum(phase.SelectMany(one => one.Kinds.Values));
            text.AppendLine(Line(phase.Key, [
                Number(phase.Max(one => one.Callers)),
                phase.Sum(one => one.Duration.TotalSeconds).ToString("0.0", CultureInfo.InvariantCulture),
                Number(phase.Sum(one => one.Connections)),
                .. Outcomes.Select(outcome => Number(counts[outcome]))]));
        }

        text.AppendLine().AppendLine(Line("kind", Outcomes.Select(outcome => $"{outcome}")));
        foreach (var kind in _phases.SelectMany(phase => phase.Kinds.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            var counts = Of(kind);
            text.AppendLine(Line(kind, Outcomes.Select(outcome => Number(counts[outcome]))));
        }

        var total = Total;
        text.AppendLine(Line("all", Outcomes.Select(outcome => Number(total[outcome]))));
        foreach (var failure in Failures)
        {
            text.AppendLine().AppendLine(failure.ToString());
        }

        return text.ToString();
    }

    private static string Number(long number) => number.ToString("n0", CultureInfo.InvariantCulture);

    private static string Line(string name, IEnumerable<string> cells) => $"{name,-28}{string.Concat(cells.Select(cell => $"{cell,12}"))}";

    private static Counts Sum(IEnumerable<Counts> all)
    {
        var sum = new Counts();
        foreach (var one in all)
        {
            sum.Add(one);
        }

        return sum;
    }
}
