using System.Runtime.ExceptionServices;

using RespClient.Connections;

namespace RespClient.Pending;

/// <summary>
/// The commands that one look at the socket answered. Their callers go on in one work item of the pool instead of one
/// each, and what they ask next is sent in one piece at the end. A second work item helps as soon as there is more to do
/// than for one, so that a caller who computes or blocks holds up nobody else.
/// </summary>
internal sealed class AnswerBatch(RespConnection connection) : IThreadPoolWorkItem
{
    private const int FirstCapacity = 64;

    private PendingCommand?[] _commands = new PendingCommand?[FirstCapacity];
    private int _count;
    private int _next;
    private int _runners;

    public bool IsEmpty => _count == 0;

    public void Add(PendingCommand command)
    {
        if (_count == _commands.Length)
        {
            Array.Resize(ref _commands, _count * 2);
        }

        _commands[_count++] = command;
    }

    /// <summary>Lets the callers go on. The batch comes back to its connection when the last of them has.</summary>
    public void Start()
    {
        _runners = 1;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
    }

    public void Execute()
    {
        var mayCallForHelp = true;
        for (var index = Interlocked.Increment(ref _next) - 1; index < _count; index = Interlocked.Increment(ref _next) - 1)
        {
            if (index == _count - 1)
            {
                // The last one sends for all, if it asks again.
                connection.EndBatch();
            }
            else if (mayCallForHelp)
            {
                // Each helper calls the next, for as long as there is something left.
                mayCallForHelp = false;
                Interlocked.Increment(ref _runners);
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }

            Announce(index);
        }

        connection.FlushUnsent();
        if (Interlocked.Decrement(ref _runners) == 0)
        {
            _count = 0;
            _next = 0;
            connection.GiveBack(this);
        }
    }

    private void Announce(int index)
    {
        var command = _commands[index]!;
        _commands[index] = null;
        try
        {
            command.Announce();
        }
#pragma warning disable CA1031 // It is the caller's own, and must end where the caller's exceptions end: not with this batch.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ThreadPool.UnsafeQueueUserWorkItem(static info => info.Throw(), ExceptionDispatchInfo.Capture(e), preferLocal: false);
        }
    }
}
