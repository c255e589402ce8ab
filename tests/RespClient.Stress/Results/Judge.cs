using System.Collections.Concurrent;
using System.Diagnostics;

namespace RespClient.Stress.Results;

/// <summary>Keeps the first failures of a run, and stops it at the first of them.</summary>
/// <param name="seed">The run's.</param>
public sealed class Judge(long seed) : IDisposable
{
    private const int MostKept = 1000;
    private const int MostShown = 12;
    private const int MostOfAKind = 3;

    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConcurrentQueue<StressFailure> _failures = new();
    private StressFailure? _first;

    public long Seed => seed;

    public StressFailure? First => Volatile.Read(ref _first);

    /// <summary>Those that were found until the run had stopped, a few of each kind.</summary>
    public IReadOnlyList<StressFailure> Failures => [.. _failures.GroupBy(failure => failure.Kind).SelectMany(kind => kind.Take(MostOfAKind)).OrderBy(failure => failure.After).Take(MostShown)];

    /// <summary>Cancelled at the first failure.</summary>
    public CancellationToken Stopped => _stopped.Token;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_started);

    public void Fail(string phase, string kind, string expected, string got)
    {
        var failure = new StressFailure(seed, phase, kind, expected, got, Elapsed);
        if (_failures.Count < MostKept)
        {
            _failures.Enqueue(failure);
        }

        if (Interlocked.CompareExchange(ref _first, failure, null) is null)
        {
            // Not here: what waits for it must not run where the failure was found, which may be the reader loop.
            ThreadPool.UnsafeQueueUserWorkItem(static stopped => stopped.Cancel(), _stopped, preferLocal: false);
        }
    }

    public void Dispose() => _stopped.Dispose();
}
