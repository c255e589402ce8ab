using System.Collections.Concurrent;
using System.Diagnostics;

namespace RespClient.Stress.Cancels;

/// <summary>A thread that cancels the calls of others: to the microsecond, and without the thread pool.</summary>
internal sealed class CancelThread : IDisposable
{
    private readonly BlockingCollection<(CancellationTokenSource Source, long At)> _due = new();

    public CancelThread() => new Thread(Run) { IsBackground = true, Name = "Stress cancels" }.UnsafeStart();

    /// <summary>Cancels soon; at once if the thread is gone.</summary>
    public void Cancel(CancellationTokenSource source, TimeSpan after)
    {
        if (!_due.IsAddingCompleted)
        {
            try
            {
                _due.Add((source, Stopwatch.GetTimestamp() + (long)(after.TotalSeconds * Stopwatch.Frequency)));
                return;
            }
            catch (InvalidOperationException)
            {
                // It ended in between.
            }
        }

        source.Cancel();
    }

    /// <summary>What is due is still cancelled.</summary>
    public void Dispose() => _due.CompleteAdding();

    private void Run()
    {
        foreach (var (source, at) in _due.GetConsumingEnumerable())
        {
            while (Stopwatch.GetTimestamp() < at)
            {
                Thread.SpinWait(20);
            }

            source.Cancel();
        }
    }
}
