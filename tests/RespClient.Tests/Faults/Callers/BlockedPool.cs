namespace RespClient.Tests.Faults.Callers;

/// <summary>Blocks every thread of the pool until it is disposed of.</summary>
internal sealed class BlockedPool : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly ManualResetEventSlim _release = new();

    // More than the pool adds threads for in the time: what is queued behind them does not run before they end.
    private readonly CountdownEvent _hogs = new(200);

    public BlockedPool()
    {
        for (var hog = 0; hog < _hogs.InitialCount; hog++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(
                static pool =>
                {
                    pool._release.Wait(Longest);
                    pool._hogs.Signal();
                },
                this,
                preferLocal: false);
        }
    }

    public void Dispose()
    {
        _release.Set();
        _hogs.Wait(Longest);
    }
}
