namespace RespClient.Stress.Results;

/// <summary>What one phase of a run has shown.</summary>
/// <param name="Phase">Its name.</param>
/// <param name="Callers">How many called.</param>
/// <param name="Duration">How long it took, preparations and checks included.</param>
/// <param name="Connections">How many connections were opened.</param>
/// <param name="Kinds">How the calls ended, by their kind.</param>
public sealed record PhaseResult(
    string Phase, int Callers, TimeSpan Duration, long Connections, IReadOnlyDictionary<string, Counts> Kinds);
