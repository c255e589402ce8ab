namespace RespClient.Stress.Troubles;

/// <summary>
/// Blocks more threads than the pool has, over and over: what is queued there comes to run between two such times, or on
/// threads that the pool adds.
/// </summary>
internal sealed class StarvedPool : IDisposable
{
    private static readonly TimeSpan Blocked = TimeSpan.FromMilliseconds(80);
    private static readonly TimeSpan Free = TimeSpan.FromMilliseconds(30);

    private readonly ManualResetEventSlim _stopped = new();

    public StarvedPool() => new Thread(Run) { IsBackground = true, Name = "Stress starves" }.UnsafeStart();

    public void Dispose() => _stopped.Set();

    private void Run()
    {
        while (!_stopped.Wait(Free))
        {
            for (var count = ThreadPool.ThreadCount + Environment.ProcessorCount; count > 0; count--)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static stopped => stopped.Wait(Blocked), _stopped, preferLocal: false);
            }

            _stopped.Wait(Blocked);
        }
    }
}
