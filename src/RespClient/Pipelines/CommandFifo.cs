using RespClient.Pending;

namespace RespClient.Pipelines;

/// <summary>
/// The commands in the order of the wire. Appended to under the pipeline's lock; taken by the reader loop alone,
/// without it. Grows in segments that are used again, so a steady load allocates nothing.
/// </summary>
internal sealed class CommandFifo
{
    private const int SegmentLength = 256;

    // Appenders, under the lock.
    private Segment _tail;

    // The reader loop.
    private Segment _head;
    private int _headIndex;

    // Segments to use again, linked by Next.
    private const int MaxSpares = 64;
    private readonly Lock _spareLock = new();
    private Segment? _spares;
    private int _spareCount;

    public CommandFifo() => _head = _tail = new Segment();

    public void Append(PendingCommand command)
    {
        var tail = _tail;
        if (tail.Count == SegmentLength)
        {
            var next = TakeSpare() ?? new Segment();
            Volatile.Write(ref tail.Next, next);
            _tail = tail = next;
        }

        tail.Commands[tail.Count] = command;
        Volatile.Write(ref tail.Count, tail.Count + 1);
    }

    /// <summary>The oldest command, or null. Reader loop only.</summary>
    public PendingCommand? Peek()
    {
        while (true)
        {
            var head = _head;
            if (_headIndex == SegmentLength)
            {
                if (Volatile.Read(ref head.Next) is not { } next)
                {
                    return null;
                }

                _headIndex = 0;
                Volatile.Write(ref _head, next);
                KeepSpare(head);
                continue;
            }

            if (_headIndex == Volatile.Read(ref head.Count))
            {
                return null;
            }

            if (head.Commands[_headIndex] is { } command)
            {
                return command;
            }

            // A command that was given up before it was sent: no reply will come for it.
            _headIndex++;
        }
    }

    /// <summary>Takes what <see cref="Peek"/> showed. Reader loop only.</summary>
    public void Take() => _head.Commands[_headIndex++] = null;

    /// <summary>
    /// Shows every command that is still queued; a visitor that returns true drops it from its place. Under the lock.
    /// The reader loop may take commands meanwhile, so a visitor must bear one that is done.
    /// </summary>
    public void Visit<TState>(ref TState state, Visitor<TState> visitor)
        where TState : allows ref struct
    {
        for (var segment = Volatile.Read(ref _head); segment is not null; segment = segment.Next)
        {
            for (var index = 0; index < segment.Count; index++)
            {
                if (segment.Commands[index] is { } command && visitor(command, ref state))
                {
                    segment.Commands[index] = null;
                }
            }
        }
    }

    private Segment? TakeSpare()
    {
        lock (_spareLock)
        {
            if (_spares is not { } spare)
            {
                return null;
            }

            _spares = spare.Next;
            _spareCount--;
            spare.Next = null;
            return spare;
        }
    }

    // All places are null by now: each was taken or dropped.
    private void KeepSpare(Segment segment)
    {
        segment.Next = null;
        segment.Count = 0;
        lock (_spareLock)
        {
            if (_spareCount < MaxSpares)
            {
                segment.Next = _spares;
                _spares = segment;
                _spareCount++;
            }
        }
    }

    /// <summary>Looks at a command; true drops it.</summary>
    public delegate bool Visitor<TState>(PendingCommand command, ref TState state)
        where TState : allows ref struct;

    private sealed class Segment
    {
        public readonly PendingCommand?[] Commands = new PendingCommand?[SegmentLength];
        public Segment? Next;
        public int Count;
    }
}
