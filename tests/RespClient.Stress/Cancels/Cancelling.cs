using System.Diagnostics;

namespace RespClient.Stress.Cancels;

/// <summary>How one caller cancels its calls, one after the other.</summary>
/// <param name="random">The caller's choices.</param>
/// <param name="share">The part of the calls that it cancels, 0 to 1.</param>
/// <param name="ways">How it may.</param>
/// <param name="thread">Cancels for it.</param>
/// <param name="wave">Cancels it with others.</param>
internal sealed class Cancelling(Random random, double share, IReadOnlyList<CancelWhen> ways, CancelThread thread, Wave wave)
{
    private const int MostMicroseconds = 60;
    private const int MostMilliseconds = 8;

    private static readonly CancellationToken CancelledBefore = new(canceled: true);

    private CancellationTokenSource? _source;

    public CancelWhen When { get; private set; }

    /// <summary>The token of the next call.</summary>
    public CancellationToken Choose()
    {
        When = random.NextDouble() < share ? ways[random.Next(ways.Count)] : CancelWhen.Never;
        switch (When)
        {
            // A token that can be cancelled and is not goes another way than none.
            case CancelWhen.Never when random.Next(2) == 0:
                return CancellationToken.None;
            case CancelWhen.BeforeTheCall:
                return CancelledBefore;
            case CancelWhen.WithOthers:
                return wave.Token;
            default:
                _source = new CancellationTokenSource();
                return _source.Token;
        }
    }

    /// <summary>The call has returned its task.</summary>
    public void Started()
    {
        var micro = TimeSpan.FromMicroseconds(random.Next(MostMicroseconds));
        switch (When)
        {
            case CancelWhen.AtOnce:
                _source!.Cancel();
                break;
            case CancelWhen.AfterMicroseconds:
                var from = Stopwatch.GetTimestamp();
                while (Stopwatch.GetElapsedTime(from) < micro)
                {
                    Thread.SpinWait(20);
                }

                _source!.Cancel();
                break;
            case CancelWhen.AfterMilliseconds:
                _source!.CancelAfter(random.Next(1, MostMilliseconds));
                break;
            case CancelWhen.OnAnotherThread:
                thread.Cancel(_source!, micro);
                break;
        }
    }

    /// <summary>The wait is over.</summary>
    public void Ended()
    {
        if (When != CancelWhen.OnAnotherThread)
        {
            _source?.Dispose();
        }

        _source = null;
    }
}
