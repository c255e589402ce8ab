namespace RespClient.Stress.Cancels;

/// <summary>One token that many callers share for some milliseconds, and that then ends all their calls.</summary>
internal sealed class Wave
{
    private CancellationTokenSource _source = new();

    public CancellationToken Token => Volatile.Read(ref _source).Token;

    /// <summary>Breaks the wave every few milliseconds, and once more at the end.</summary>
    public async Task RunAsync(Random random, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(random.Next(1, 12), CancellationToken.None);
            Break();
        }

        Break();
    }

    // Its waiters hold the old one: it needs no disposal, having neither timer nor handle.
    private void Break() => Interlocked.Exchange(ref _source, new CancellationTokenSource()).Cancel();
}
