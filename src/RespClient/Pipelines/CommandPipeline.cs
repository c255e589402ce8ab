using RespClient.Connections;
using RespClient.Protocol;

namespace RespClient.Pipelines;

/// <summary>
/// The queue between callers and one connection at a time. A command's bytes and its place are appended in one step,
/// so the order of the wire is the order of the queue. Bytes that were never handed to a connection outlive it and go
/// to the next one; commands whose bytes were handed over end as "outcome unknown" when it is lost.
/// </summary>
internal sealed class CommandPipeline : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CommandFifo _fifo = new();
    private readonly DeadlineSweep _sweep;
    private readonly PipelineLimits _limits;

    // Under the gate.
    private readonly Outbox _outbox = new();
    private bool _hasDropped;
    private long _lastNumber;
    private long _sentThrough;
    private RespConnection? _connection;
    private Exception? _closed;
    private string _whyNoConnection = "it has not been connected yet";

    // Written by the reader loop.
    private long _answeredThrough;
    private long _newestAnswerStartedAt;

    public CommandPipeline(PipelineLimits limits, TimeProvider time)
    {
        _limits = limits;
        _sweep = new DeadlineSweep(time, Sweep);
        Time = time;
    }

    public TimeProvider Time { get; }

    /// <summary>Who sees pushes and connections on the reader loop.</summary>
    public WireObservers Observers { get; } = new();

    /// <summary>
    /// A time not after the bytes of the newest answered command were sent, in the units of
    /// <see cref="TimeProvider.GetTimestamp"/>: what the server has told us is at least as fresh as that.
    /// </summary>
    public long NewestAnswerStartedAt => Volatile.Read(ref _newestAnswerStartedAt);

    /// <summary>The number of the newest answered command: two looks tell whether anything was answered.</summary>
    public long AnsweredThrough => Volatile.Read(ref _answeredThrough);

    public bool IsConnected => Volatile.Read(ref _connection) is not null;

    /// <summary>Queues a command. What goes wrong with it, now or later, its task tells.</summary>
    public void Enqueue(PendingCommand command, string name, ReadOnlySpan<RedisArgument> arguments, TimeSpan? timeout = null)
    {
        Exception? refusal = null;
        RespConnection? flush = null;
        var size = RespWriter.GetMaxByteCount(name, arguments);
        lock (_gate)
        {
            if (MayQueue(size, name, ref refusal))
            {
                flush = Append(command, name, _outbox.Append(size, name, arguments), timeout);
            }
        }

        Start(command, refusal, flush);
    }

    /// <summary>Queues several commands as one: they are sent in one piece on one connection, or not at all.</summary>
    /// <param name="command">Takes the reply of each.</param>
    /// <param name="commands">At least one.</param>
    /// <param name="timeout">For all of them.</param>
    public void Enqueue(PendingCommand command, ReadOnlySpan<RedisCommand> commands, TimeSpan? timeout = null)
    {
        Exception? refusal = null;
        RespConnection? flush = null;
        var size = 0;
        foreach (ref readonly var part in commands)
        {
            size = checked(size + RespWriter.GetMaxByteCount(part.Name, part.Arguments));
        }

        lock (_gate)
        {
            if (MayQueue(size, commands[0].Name, ref refusal))
            {
                flush = Append(command, commands[0].Name, _outbox.Append(size, commands), timeout);
            }
        }

        Start(command, refusal, flush);
    }

    /// <summary>Ends a wait because its caller cancelled; the reply, if one comes, is still consumed.</summary>
    public void Cancel(PendingCommand command, CancellationToken token)
    {
        lock (_gate)
        {
            if (!command.TryClaim(command.Glance))
            {
                return;
            }

            _hasDropped |= command.Number > _sentThrough;
        }

        command.Throw(new OperationCanceledException(token));
    }

    /// <summary>From now on a ready connection takes what is queued.</summary>
    public void Attach(RespConnection connection)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed is not null, this);
            DropAbandoned();
            Volatile.Write(ref _answeredThrough, _sentThrough);
            Volatile.Write(ref _connection, connection);
            connection.IsFlushing = true;
        }

        connection.Flush();
    }

    /// <summary>The connection is gone: what was handed to it ends, the rest waits for the next. Its reader loop calls.</summary>
    public void Detach(RespConnection connection, Exception reason, string why)
    {
        List<PendingCommand> lost = [];
        lock (_gate)
        {
            if (_connection != connection)
            {
                return;
            }

            Volatile.Write(ref _connection, null);
            _whyNoConnection = why;
            while (_fifo.Peek() is { } command && command.Number <= _sentThrough)
            {
                _fifo.Take();
                lost.Add(command);
            }
        }

        foreach (var command in lost)
        {
            command.Lose(reason is RedisProtocolException
                ? new RedisProtocolException(reason.Message)
                : new RedisConnectionException(
                    $"The connection was lost after {command.Name} was written: {why}. It may have run or not.", CommandOutcome.OutcomeUnknown, reason));
        }
    }

    /// <summary>Says why there is no connection, for the messages of commands that wait in vain.</summary>
    public void NoteFailedAttempt(string why)
    {
        lock (_gate)
        {
            _whyNoConnection = why;
        }
    }

    /// <summary>Refuses commands from now on and ends those that were not sent.</summary>
    public void Close(Exception reason)
    {
        List<PendingCommand> unsent = [];
        lock (_gate)
        {
            if (_closed is not null)
            {
                return;
            }

            _closed = reason;
            var state = (Unsent: unsent, SentThrough: _sentThrough);
            _fifo.Visit(ref state, static (command, ref state) =>
            {
                if (command.Number <= state.SentThrough)
                {
                    return false;
                }

                state.Unsent.Add(command);
                return true;
            });
            _outbox.Clear();
        }

        foreach (var command in unsent)
        {
            command.Lose(new RedisConnectionException(
                $"{command.Name} was not sent: {reason.Message}", CommandOutcome.NotSent, reason));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Close(new ObjectDisposedException(nameof(RedisClient)));
        await _sweep.DisposeAsync();
    }

    /// <summary>Hands over all unsent bytes; none: the flush is over. The connection's flush calls.</summary>
    public ArraySegment<byte> TakeUnsent(RespConnection connection)
    {
        lock (_gate)
        {
            if (_connection != connection || _outbox.Length == 0)
            {
                connection.IsFlushing = false;
                return default;
            }

            DropAbandoned();
            if (_sentThrough == Volatile.Read(ref _answeredThrough))
            {
                connection.AwaitsSince = _sweep.Now();
            }

            _sentThrough = _lastNumber;
            return _outbox.Take();
        }
    }

    /// <summary>Gives back a buffer that was sent.</summary>
    public void ReturnSent(byte[] buffer)
    {
        lock (_gate)
        {
            _outbox.GiveBack(buffer);
        }
    }

    /// <summary>The command that the next reply belongs to; null when nothing was asked. Reader loop only.</summary>
    public PendingCommand? NextToAnswer()
    {
        var command = _fifo.Peek();
        return command is null || command.Number > Volatile.Read(ref _sentThrough) ? null : command;
    }

    /// <summary>The last reply of a command is here: takes its place away. Reader loop only, before it completes.</summary>
    public void TakeAnswered(PendingCommand command)
    {
        _fifo.Take();
        Volatile.Write(ref _newestAnswerStartedAt, command.StartedAt);
        Volatile.Write(ref _answeredThrough, command.Number);
    }

    /// <summary>The time as the pipeline sees it: at most a grain old while commands wait.</summary>
    public long CoarseNow() => _sweep.Now();

    private static void Start(PendingCommand command, Exception? refusal, RespConnection? flush)
    {
        if (refusal is not null)
        {
            command.Lose(refusal);
        }
        else
        {
            flush?.StartFlush();
        }
    }

    private bool MayQueue(int size, string name, ref Exception? refusal)
    {
        if (_closed is not null)
        {
            refusal = _closed is ObjectDisposedException
                ? new ObjectDisposedException(nameof(RedisClient))
                : new RedisConnectionException($"{name} was not sent: {_closed.Message}", CommandOutcome.NotSent, _closed);
            return false;
        }

        if (_outbox.Count > 0 && (_outbox.Count >= _limits.MaxUnsentCommands || _outbox.Length + (long)size > _limits.MaxUnsentBytes))
        {
            var state = _connection is null ? $" There is no connection: {_whyNoConnection}." : "";
            refusal = new RedisConnectionException(
                $"{name} was not sent: the backlog is full ({_outbox.Count} commands, {_outbox.Length} bytes).{state}", CommandOutcome.NotSent);
            return false;
        }

        return true;
    }

    /// <summary>Queues a command whose bytes are at the end of the buffer. Returns who must flush, if anybody.</summary>
    private RespConnection? Append(PendingCommand command, string name, int length, TimeSpan? timeout)
    {
        var now = _sweep.Now();
        var wait = timeout ?? _limits.CommandTimeout;
        command.Pipeline = this;
        command.Name = name;
        command.Number = ++_lastNumber;
        command.FrameLength = length;
        command.StartedAt = now;
        command.Timeout = wait;
        command.Deadline = wait == Timeout.InfiniteTimeSpan ? long.MaxValue : now + (long)(wait.TotalSeconds * Time.TimestampFrequency);
        _fifo.Append(command);
        if (_connection is not { IsFlushing: false } connection)
        {
            return null;
        }

        connection.IsFlushing = true;
        connection.FlushesAtOnce = _sentThrough == Volatile.Read(ref _answeredThrough);
        return connection;
    }

    /// <summary>Removes the bytes of commands whose callers gave up before they were sent. Under the gate.</summary>
    private void DropAbandoned()
    {
        if (!_hasDropped)
        {
            return;
        }

        _hasDropped = false;
        _outbox.Compact(_fifo, _sentThrough);
    }

    private bool Sweep(long now)
    {
        RespConnection? silent = null;
        var state = (Due: (List<(PendingCommand Command, bool WasSent)>?)null, Now: now, SentThrough: 0L, IsBusy: false);
        lock (_gate)
        {
            state.SentThrough = _sentThrough;
            _fifo.Visit(ref state, static (command, ref state) =>
            {
                var glance = command.Glance;
                state.IsBusy = true;
                if (command.Deadline <= state.Now && command.TryClaim(glance))
                {
                    (state.Due ??= []).Add((command, command.Number <= state.SentThrough));
                }

                return false;
            });
            _hasDropped |= state.Due?.Exists(static due => !due.WasSent) ?? false;
            DropAbandoned();
            if (_connection is { } connection
                && _sentThrough != Volatile.Read(ref _answeredThrough)
                && Time.GetElapsedTime(connection.AwaitsSince, now) > _limits.SilenceLimit)
            {
                silent = connection;
            }
        }

        silent?.Abort(new TimeoutException($"no reply for {_limits.SilenceLimit.TotalSeconds:0.###} s while commands were waiting"));
        foreach (var (command, wasSent) in state.Due ?? [])
        {
            command.Throw(Overdue(command, wasSent));
        }

        return state.IsBusy;
    }

    private RedisException Overdue(PendingCommand command, bool wasSent)
    {
        var waited = $"{command.Timeout.TotalMilliseconds:0} ms";
        return wasSent ? new RedisTimeoutException($"No reply to {command.Name} within {waited}. It may have run or not.", CommandOutcome.OutcomeUnknown)
            : IsConnected ? new RedisTimeoutException($"{command.Name} could not be sent within {waited}.", CommandOutcome.NotSent)
            : new RedisConnectionException($"{command.Name} was not sent within {waited}: {_whyNoConnection}.", CommandOutcome.NotSent);
    }
}
