using RespClient.Queue;

namespace RespClient.Wire;

/// <summary>
/// The commands that one look at the socket answered. Their callers go on together, and what they ask next is sent in
/// one piece at the end: on the reader's thread if they are expected to be quick, otherwise on the thread pool, where a
/// second work item helps as soon as there is more to do than for one. A caller that blocks delays no other.
/// </summary>
internal sealed class AnswerBatch(ReplyLoop loop, RespConnection connection) : IThreadPoolWorkItem
{
    private const int FirstCapacity = 64;

    private PendingCommand?[] _commands = new PendingCommand?[FirstCapacity];
    private int _next;
    private int _runners;
    private int _isQueued;
    private bool _isRetired;

    /// <summary>Which of the batches that were queued on the pool; guarded by the lock of <see cref="AnswerBatches"/>.</summary>
    public long Number { get; set; }

    /// <summary>How many callers it has.</summary>
    public int Count { get; private set; }

    public void Add(PendingCommand command)
    {
        if (Count == _commands.Length)
        {
            Array.Resize(ref _commands, Count * 2);
        }

        _commands[Count++] = command;
    }

    /// <summary>Lets the callers go on, on the thread pool. The batch comes back to its loop when the last of them has.</summary>
    public void Start()
    {
        _runners = 1;
        Volatile.Write(ref _isQueued, 1);
        loop.Batches.Queued(this);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Lets the callers go on here, except those that another thread takes meanwhile.</summary>
    public void Run()
    {
        while (Claim() is var index and >= 0)
        {
            Announce(index);
        }

        connection.LeaveBatch();
    }

    /// <summary>Leaves what <see cref="Run"/> has not come to, because a caller holds it up, to the thread pool.</summary>
    public void Leave()
    {
        Retire();
        Start();
    }

    /// <summary>It is not used again: a thread that is in it, or is yet to come, still looks at it.</summary>
    public void Retire() => _isRetired = true;

    /// <summary>Their replies may belong to other callers: they get an error instead. Before they go on.</summary>
    public void Doubt(Exception reason)
    {
        foreach (var command in _commands.AsSpan(0, Count))
        {
            command!.Doubt(reason);
        }
    }

    /// <summary>Ready for the next callers. Only when no thread runs it.</summary>
    public void Clear()
    {
        Count = 0;
        _next = 0;
    }

    public void Execute()
    {
        if (Volatile.Read(ref _isQueued) != 0 && Interlocked.Exchange(ref _isQueued, 0) != 0)
        {
            loop.Batches.Begun(this);
        }

        var from = loop.Now();
        var mayCallForHelp = true;
        var done = 0;
        while (Claim() is var index and >= 0)
        {
            if (mayCallForHelp && index < Count - 1)
            {
                // Each helper calls the next, for as long as there is something left.
                mayCallForHelp = false;
                Interlocked.Increment(ref _runners);
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            Announce(index);
            done++;
        }

        loop.Pace.Note(done, Count, loop.Now() - from);
        connection.LeaveBatch();
        if (Interlocked.Decrement(ref _runners) == 0 && !_isRetired)
        {
            loop.Batches.GiveBack(this);
        }
    }

    /// <summary>The place of a caller that no other thread lets go on; -1: none is left.</summary>
    private int Claim()
    {
        var index = Interlocked.Increment(ref _next) - 1;
        if (index >= Count)
        {
            return -1;
        }

        if (index == Count - 1)
        {
            // The last one sends for all, if it asks again.
            connection.EndBatch();
        }

        return index;
    }

    private void Announce(int index)
    {
        var command = _commands[index]!;
        _commands[index] = null;
        command.AnnounceGuarded();
    }
}
