using RespClient.Protocol;
using RespClient.Wire;

namespace RespClient.Queue;

/// <summary>What becomes of a command that wants into the queue.</summary>
internal enum Admission
{
    /// <summary>It is written out now.</summary>
    Queue,

    /// <summary>It waits for room, in its order.</summary>
    Wait,

    /// <summary>The backlog is full.</summary>
    Refuse,
}

/// <summary>
/// Every command that is not done: those that wait for room, those whose bytes wait in the outbox, and those that were
/// sent, in one order. Guarded by the pipeline's lock, but for the two methods of the reader loop.
/// </summary>
/// <param name="limits">How many may wait.</param>
/// <param name="fifo">Where they stand; empty.</param>
internal sealed class CommandQueue(PipelineLimits limits, CommandFifo fifo)
{
    private readonly CommandFifo _fifo = fifo;
    private readonly SendBuffer _sendBuffer = new();
    private readonly WaitingRoom _waiting = new();
    private bool _hasDropped;
    private long _lastNumber;

    // The newest that will be sent: numbers beyond it were given up before.
    private long _lastUnsent;

    // Written under the lock, after the places it covers; read by the reader loop without it.
    private long _sentThrough;

    // Written by the reader loop; by StartConnection and SendAgain while there is none.
    private long _answeredThrough;

    // What counted as answered when the present connection, or the last, began.
    private long _answeredBefore;
    private long _newestAnswerStartedAt;

    public CommandQueue(PipelineLimits limits)
        : this(limits, new CommandFifo())
    {
    }

    /// <summary>As <see cref="CommandPipeline.NewestAnswerStartedAt"/>.</summary>
    public long NewestAnswerStartedAt => Volatile.Read(ref _newestAnswerStartedAt);

    /// <summary>The number of the newest answered command.</summary>
    public long AnsweredThrough => Volatile.Read(ref _answeredThrough);

    /// <summary>Whether the present connection, or the last, has answered a command.</summary>
    public bool HasAnswered => AnsweredThrough != Volatile.Read(ref _answeredBefore);

    /// <summary>The number of the newest command that was sent. Under the lock.</summary>
    public long SentThrough => _sentThrough;

    public bool AllSentAreAnswered => _sentThrough == Volatile.Read(ref _answeredThrough);

    public bool HasUnsent => _sendBuffer.Length > 0;

    public int UnsentCount => _sendBuffer.Count + _waiting.Count;

    public int UnsentBytes => _sendBuffer.Length;

    public long InFlightCount => Volatile.Read(ref _sentThrough) - Volatile.Read(ref _answeredThrough);

    public Admission Admit(int size, bool isConnected) =>
        _waiting.Count == 0 && HasRoom(size) ? Admission.Queue
        : isConnected && UnsentCount < limits.MaxUnsentCommands ? Admission.Wait
        : Admission.Refuse;

    public void Append(PendingCommand command, int size, string name, ReadOnlySpan<RedisArgument> arguments) =>
        Place(command, _sendBuffer.Append(size, name, arguments));

    public void Append(PendingCommand command, int size, ReadOnlySpan<RedisCommand> commands) =>
        Place(command, _sendBuffer.Append(size, commands));

    public void AppendWaiting(PendingCommand command, ReadOnlySpan<RedisCommand> commands) => _waiting.Add(command, commands);

    /// <summary>A caller gave up: if its command was not sent, its bytes must not be either.</summary>
    public void NoteAbandoned(PendingCommand command) => _hasDropped |= command.Number > _sentThrough;

    /// <summary>
    /// Removes the bytes of commands whose callers gave up before they were sent, and lets in those waiting for room.
    /// </summary>
    public void DropAbandoned()
    {
        if (_hasDropped)
        {
            _hasDropped = false;
            _lastUnsent = Math.Max(_sentThrough, _sendBuffer.Compact(_fifo, _sentThrough));
        }

        AdmitWaiting();
    }

    /// <summary>All unsent bytes, which count as sent from now on. Only after <see cref="DropAbandoned"/>.</summary>
    public ArraySegment<byte> TakeUnsent()
    {
        Volatile.Write(ref _sentThrough, _lastUnsent);
        var taken = _sendBuffer.Take();
        AdmitWaiting();
        return taken;
    }

    public void GiveBack(byte[] buffer) => _sendBuffer.GiveBack(buffer);

    /// <summary>A new connection starts: nothing is owed on it.</summary>
    public void StartConnection()
    {
        DropAbandoned();
        Volatile.Write(ref _answeredThrough, _sentThrough);
        Volatile.Write(ref _answeredBefore, _sentThrough);
    }

    /// <summary>
    /// The connection is gone: takes what it left unanswered, and returns what must not be sent again. By the reader
    /// loop, under the lock.
    /// </summary>
    public List<PendingCommand> EndConnection(bool sendReadsAgain)
    {
        List<PendingCommand> lost = [];
        List<PendingReply> again = [];
        while (_fifo.Peek(_sentThrough) is { } command)
        {
            _fifo.Take();
            if (sendReadsAgain && command is PendingReply { IsReadOnly: true, IsResolved: false } read)
            {
                again.Add(read);
            }
            else
            {
                lost.Add(command);
            }
        }

        if (again.Count > 0)
        {
            SendAgain(again);
        }

        return lost;
    }

    /// <summary>Takes everything that was not sent, for good.</summary>
    public List<PendingCommand> TakeAllUnsent()
    {
        List<PendingCommand> unsent = [];
        _fifo.Visit(_sentThrough, ref unsent, static (command, _, _, ref unsent) =>
        {
            unsent.Add(command);
            return true;
        });
        _sendBuffer.Clear();
        _lastUnsent = _sentThrough;
        _waiting.MoveTo(unsent);
        return unsent;
    }

    /// <summary>Claims the commands whose time is over. Returns whether any command is left.</summary>
    /// <param name="now">The time.</param>
    /// <param name="due">Gets them, and whether they were sent.</param>
    /// <param name="longestWait">The longest time-out of those that were sent and still have a caller; infinite is the longest.</param>
    /// <param name="next">The command whose reply comes next; no name: there is none.</param>
    public bool ClaimDue(
        long now, ref List<(PendingCommand Command, bool WasSent)>? due, out TimeSpan longestWait, out (long Number, string? Name) next)
    {
        var state = (Due: due, Now: now, SentThrough: _sentThrough, IsBusy: false, Longest: TimeSpan.Zero, Next: (Number: 0L, Name: (string?)null));
        _fifo.Visit(0, ref state, static (command, number, glance, ref state) =>
        {
            state.IsBusy = true;
            state.Next = state.Next.Number == 0 ? (number, command.Name) : state.Next;
            if (command.Deadline <= state.Now && command.TryClaim(glance))
            {
                (state.Due ??= []).Add((command, number <= state.SentThrough));
            }
            else if (number <= state.SentThrough && !command.IsResolved && state.Longest != TimeSpan.MaxValue)
            {
                var wait = command.Timeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : command.Timeout;
                state.Longest = wait > state.Longest ? wait : state.Longest;
            }

            return false;
        });
        due = state.Due;
        longestWait = state.Longest;
        next = state.Next;
        _hasDropped |= due?.Exists(static one => !one.WasSent) ?? false;
        _waiting.ClaimDue(now, ref due);
        DropAbandoned();
        return state.IsBusy || _waiting.Count > 0;
    }

    /// <summary>The command that the next reply belongs to; null when nothing was asked. Reader loop only, without the lock.</summary>
    public PendingCommand? NextToAnswer() => _fifo.Peek(Volatile.Read(ref _sentThrough));

    /// <summary>The last reply of a command is here: takes its place away. Reader loop only, without the lock.</summary>
    public void TakeAnswered(PendingCommand command)
    {
        _fifo.Take();
        Volatile.Write(ref _newestAnswerStartedAt, command.StartedAt);
        Volatile.Write(ref _answeredThrough, command.Number);
    }

    private bool HasRoom(int size) =>
        _sendBuffer.Count == 0 || (_sendBuffer.Count < limits.MaxUnsentCommands && _sendBuffer.Length + (long)size <= limits.MaxUnsentBytes);

    /// <summary>Lets in the commands that waited for room.</summary>
    private void AdmitWaiting()
    {
        while (_waiting.Count > 0 && _waiting.TryPeek(out var command, out var parts))
        {
            var size = SendBuffer.SizeOf(parts);
            if (!HasRoom(size))
            {
                return;
            }

            _waiting.Dequeue();
            Append(command, size, parts);
        }
    }

    private void Place(PendingCommand command, int length)
    {
        command.FrameLength = length;
        command.Number = _lastUnsent = _lastNumber = _fifo.Append(command);
    }

    /// <summary>Puts reads of a lost connection before everything that was not sent.</summary>
    private void SendAgain(List<PendingReply> reads)
    {
        List<PendingCommand> unsent = [];
        while (_fifo.Peek(_lastNumber) is { } command)
        {
            _fifo.Take();
            unsent.Add(command);
        }

        // Everything gets a new number; the old ones are as good as answered.
        Volatile.Write(ref _sentThrough, _lastNumber);
        var count = _sendBuffer.Count;
        var bytes = _sendBuffer.Take();
        foreach (var read in reads)
        {
            var size = RespWriter.GetMaxByteCount(read.Command.Name, read.Command.Arguments);
            Append(read, size, read.Command.Name, read.Command.Arguments);
            read.WasSentBefore = true;
        }

        _sendBuffer.Append(bytes, count);
        foreach (var command in unsent)
        {
            Place(command, command.FrameLength);
        }
    }
}
