namespace RespClient.Stress.Results;

/// <summary>The first thing that must not happen.</summary>
/// <param name="Seed">What the run's random choices came from.</param>
/// <param name="Phase">When.</param>
/// <param name="Kind">Whose: the kind of call.</param>
/// <param name="Expected">What its caller must get.</param>
/// <param name="Got">What it got.</param>
/// <param name="After">How long the run had lasted.</param>
public sealed record StressFailure(long Seed, string Phase, string Kind, string Expected, string Got, TimeSpan After)
{
    public override string ToString() => $"""
        FAILED after {After.TotalSeconds:0.0} s
          seed      {Seed}
          phase     {Phase}
          kind      {Kind}
          expected  {Cut(Expected)}
          got       {Cut(Got)}
        """;

    private static string Cut(string text) => text.Length <= 600 ? text : $"{text[..600]}… ({text.Length} characters)";
}
