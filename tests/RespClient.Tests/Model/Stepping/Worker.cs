namespace RespClient.Tests.Model.Stepping;

/// <summary>A thread of the machine's, which runs a model thread of one execution after the other.</summary>
internal sealed class Worker
{
    public Worker(string name) => new Thread(Run) { IsBackground = true, Name = name }.UnsafeStart();

    public SemaphoreSlim Turn { get; } = new(0);

    /// <summary>What it does next; null: it ends.</summary>
    public Action? Work { get; set; }

    private void Run()
    {
        Turn.Wait();
        while (Work is { } work)
        {
            work();
            Turn.Wait();
        }
    }
}
