namespace VerificationCodes.Outbox;

/// <summary>Wakes this process' worker when something was put into the outbox, before its next look.</summary>
internal sealed class OutboxSignal(TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _set = new(0, 1);

    public void Set()
    {
        try
        {
            if (_set.CurrentCount == 0)
            {
                _set.Release();
            }
        }
        catch (SemaphoreFullException)
        {
            // Already set by another thread.
        }
    }

    /// <summary>Returns at the signal, or when so much time has passed.</summary>
    public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await _set.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time for a look without a signal.
        }
    }

    /// <summary>Returns when so much time has passed, signal or not; or when cancelled, without an exception.</summary>
    public async Task PauseAsync(TimeSpan pause, CancellationToken cancellationToken) =>
        await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    public void Dispose() => _set.Dispose();
}
