namespace RespClient.Queue;

/// <summary>
/// The commands in the order of the wire, each in a numbered place: 1, 2, 3 and so on, without gaps. Appended to under the
/// pipeline's lock; taken by the reader loop alone, without it. A place whose command was given up before it was sent is
/// empty. Grows in segments that are used again, so a steady load allocates nothing.
/// </summary>
/// <remarks>
/// Which thread owns what:
/// <code>
/// field                              written by                                    read by
/// Segment.First, Next, a new place   appenders, under the lock                     reader: up to "sent through", which is
///                                                                                  written after them; walkers, under the lock
/// Segment.Places, sent               reader (takes)                                reader; walkers, which may see one that was
///                                                                                  just taken and check its use
/// Segment.Places, not sent           walkers, under the lock (drop)                walkers, under the lock
/// _head, _next                       reader                                        _head: appenders and walkers, under the lock
/// _oldest, _tail, _last              appenders, under the lock                     appenders and walkers, under the lock
/// </code>
/// A segment is used again only under the lock, by an appender, and only one that lies before the reader's: so no walker
/// is in it, and the reader never comes back to it.
/// </remarks>
internal sealed class CommandFifo
{
    private const int UsualSegmentLength = 256;

    // Beyond this, segments of a burst that is over are left to the collector.
    private const int MaxSpares = 64;

    private readonly int _segmentLength;
    private Segment _oldest;
    private Segment _tail;
    private long _last;
    private Segment _head;
    private long _next = 1;

    /// <param name="segmentLength">How many places a segment has.</param>
    public CommandFifo(int segmentLength = UsualSegmentLength)
    {
        _segmentLength = segmentLength;
        _oldest = _head = _tail = new Segment(segmentLength) { First = 1 };
    }

    /// <summary>Puts a command into the next place and returns its number. Under the lock.</summary>
    public long Append(PendingCommand command)
    {
        var number = ++_last;
        var tail = _tail;
        if (number == tail.First + _segmentLength)
        {
            var next = TakeSpare() ?? new Segment(_segmentLength);
            next.First = number;
            tail.Next = next;
            _tail = tail = next;
        }

        tail.Places[number - tail.First] = new Place { Command = command, Use = command.Use };
        return number;
    }

    /// <summary>The oldest command that was sent, or null. Reader loop only.</summary>
    /// <param name="sentThrough">The number of the newest place that was sent, read before this is called.</param>
    public PendingCommand? Peek(long sentThrough)
    {
        for (; _next <= sentThrough; _next++)
        {
            var head = _head;
            if (_next == head.First + _segmentLength)
            {
                head = head.Next!;
                Volatile.Write(ref _head, head);
            }

            if (head.Places[_next - head.First].Command is { } command)
            {
                return command;
            }

            // Given up before it was sent: no reply will come for it.
        }

        return null;
    }

    /// <summary>Takes what <see cref="Peek"/> showed. Reader loop only.</summary>
    public void Take()
    {
        _head.Places[_next - _head.First].Command = null;
        _next++;
    }

    /// <summary>Shows the commands that are still in their places, in order. Under the lock.</summary>
    /// <param name="after">Those behind this number.</param>
    /// <param name="state">The visitor's.</param>
    /// <param name="visitor">
    /// Gets a command, its number and what a glance at it saw; true drops it from its place, which only one that was not
    /// sent may be. The reader loop takes sent ones meanwhile: what is done with one is right only if
    /// <see cref="PendingCommand.TryClaim"/> succeeds with that glance.
    /// </param>
    public void Visit<TState>(long after, ref TState state, Visitor<TState> visitor)
        where TState : allows ref struct
    {
        for (var segment = Volatile.Read(ref _head); segment is not null; segment = segment.Next)
        {
            var end = Math.Min(segment.First + _segmentLength, _last + 1);
            for (var number = Math.Max(segment.First, after + 1); number < end; number++)
            {
                ref var place = ref segment.Places[number - segment.First];

                // A command that the reader has just taken may serve another caller by now, here or elsewhere.
                if (Volatile.Read(ref place.Command) is { } command
                    && command.Glance is var glance
                    && PendingCommand.UseOf(glance) == place.Use
                    && visitor(command, number, glance, ref state))
                {
                    place.Command = null;
                }
            }
        }
    }

    private Segment? TakeSpare()
    {
        var head = Volatile.Read(ref _head);
        if (_oldest == head)
        {
            return null;
        }

        while (head.First - _oldest.First > (long)MaxSpares * _segmentLength)
        {
            _oldest = _oldest.Next!;
        }

        // All its places are empty: each was taken or dropped.
        var spare = _oldest;
        _oldest = spare.Next!;
        spare.Next = null;
        return spare;
    }

    /// <summary>Looks at a command; true drops it.</summary>
    public delegate bool Visitor<TState>(PendingCommand command, long number, int glance, ref TState state)
        where TState : allows ref struct;

    private struct Place
    {
        public PendingCommand? Command;

        // Which use of the command is meant; commands are pooled.
        public int Use;
    }

    private sealed class Segment(int length)
    {
        public readonly Place[] Places = new Place[length];
        public long First;
        public Segment? Next;
    }
}
