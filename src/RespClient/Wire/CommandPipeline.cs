using RespClient.Clocks;
using RespClient.Diagnostics;
using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Wire;

/// <summary>
/// The way from callers to one connection at a time. A command's bytes and its place are appended in one step, so the
/// order of the wire is the order of the queue. Bytes that were never handed to a connection outlive it and go to the
/// next one; commands whose bytes were handed over end as "outcome unknown" when it is lost, unless they only read.
/// </summary>
internal sealed class CommandPipeline : ICommandOwner, IDisposable
{
    private static readonly TimeSpan LongestProbe = TimeSpan.FromHours(1);

    private readonly Lock _gate = new();
    private readonly CommandQueue _queue;
    private readonly DeadlineSweep _sweep;
    private readonly PipelineLimits _limits;

    // Under the gate.
    private readonly StepCheck _steps;
    private RespConnection? _connection;
    private Exception? _closed;
    private string _whyNoConnection = "it has not been connected yet";

    /// <param name="limits">What it holds, and for how long.</param>
    /// <param name="time">The clock.</param>
    /// <param name="metrics">Where commands are counted; disposed by its owner.</param>
    public CommandPipeline(PipelineLimits limits, TimeProvider time, ClientMetrics metrics)
    {
        _limits = limits;
        _queue = new CommandQueue(limits);
        _sweep = new DeadlineSweep(time, Sweep);
        _steps = new StepCheck(limits.ChecksStepEvery, time.TimestampFrequency);
        Time = time;
        Metrics = metrics;
    }

    public TimeProvider Time { get; }

    public ClientMetrics Metrics { get; }

    /// <summary>Who sees pushes and connections on the reader loop.</summary>
    public WireObservers Observers { get; } = new();

    /// <summary>A time not after the newest answered command was sent: invalidations up to then have come.</summary>
    public long NewestAnswerStartedAt => _queue.NewestAnswerStartedAt;

    /// <summary>The number of the newest answered command: two looks tell whether anything was answered.</summary>
    public long AnsweredThrough => _queue.AnsweredThrough;

    /// <summary>As <see cref="CommandQueue.HasAnswered"/>.</summary>
    public bool HasAnswered => _queue.HasAnswered;

    /// <summary>About how many commands wait for their replies.</summary>
    public long InFlight => _queue.InFlightCount;

    /// <summary>Whether the server does not let it check that replies are in step.</summary>
    public bool CannotCheckStep => _steps.IsRefused;

    public bool IsConnected => Connection is not null;

    /// <summary>The present one.</summary>
    public RespConnection? Connection => Volatile.Read(ref _connection);

    /// <summary>Queues a command. Its task reports every failure, now or later.</summary>
    public void Enqueue(PendingCommand command, string name, ReadOnlySpan<RedisArgument> arguments, TimeSpan? timeout = null)
    {
        Exception? refusal = null;
        RespConnection? flush = null;
        var size = RespWriter.GetMaxByteCount(name, arguments);
        lock (_gate)
        {
            Stamp(command, name, timeout);
            switch (Admit(size, name, ref refusal))
            {
                case Admission.Queue:
                    _queue.Append(command, size, name, arguments);
                    flush = WhoFlushes();
                    break;
                case Admission.Wait:
                    _queue.AppendWaiting(command, [new RedisCommand(name, arguments)]);
                    break;
            }
        }

        Start(command, refusal, flush);
    }

    /// <summary>Queues several commands as one: they are sent in one piece on one connection, or not at all.</summary>
    /// <param name="command">Takes the reply of each.</param>
    /// <param name="commands">At least one.</param>
    /// <param name="timeout">For all of them.</param>
    /// <param name="isTransaction">Only where the present connection has taken one; otherwise it returns false.</param>
    public bool TryEnqueue(PendingCommand command, ReadOnlySpan<RedisCommand> commands, TimeSpan? timeout = null, bool isTransaction = false)
    {
        Exception? refusal = null;
        RespConnection? flush = null;
        var size = SendBuffer.SizeOf(commands);
        lock (_gate)
        {
            if (isTransaction && _connection is not { TakesTransactions: true })
            {
                return false;
            }

            Stamp(command, commands[0].Name, timeout);
            switch (Admit(size, commands[0].Name, ref refusal))
            {
                case Admission.Queue:
                    _queue.Append(command, size, commands);
                    flush = WhoFlushes();
                    break;
                case Admission.Wait:
                    _queue.AppendWaiting(command, commands);
                    break;
            }
        }

        Start(command, refusal, flush);
        return true;
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

            _queue.NoteAbandoned(command);
        }

        command.Throw(new OperationCanceledException(token));
    }

    /// <summary>Asks for a sign of life that also shows whether replies are in step; a wrong one ends the connection.</summary>
    public void Probe()
    {
        PendingProbe? probe;
        lock (_gate)
        {
            probe = _closed is null && _connection is not null ? _steps.TryBegin(_sweep.Now()) : null;
        }

        Send(probe);
    }

    /// <summary>From now on a ready connection takes what is queued.</summary>
    public void Attach(RespConnection connection)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed is not null, this);
            _queue.StartConnection();
            _steps.Start(_sweep.Now());
            Volatile.Write(ref _connection, connection);
            connection.IsFlushing = true;
        }

        connection.Flush();
    }

    /// <summary>The connection is gone: what was handed to it ends, the rest waits for the next. Its reader loop calls.</summary>
    public void Detach(RespConnection connection, Exception reason, string why)
    {
        List<PendingCommand> lost;
        lock (_gate)
        {
            if (_connection != connection)
            {
                return;
            }

            Volatile.Write(ref _connection, null);
            _whyNoConnection = why;

            // What breaks the protocol once would break it again; and after the last connection there is no next.
            lost = _queue.EndConnection(_limits.SendsReadsAgain && _closed is null && reason is not RedisProtocolException);
        }

        foreach (var command in lost)
        {
            Metrics.Failed("outcome_unknown");
            command.Lose(CommandErrors.Lost(command, reason, why));
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
        List<PendingCommand> unsent;
        lock (_gate)
        {
            if (_closed is not null)
            {
                return;
            }

            _closed = reason;
            unsent = _queue.TakeAllUnsent();
        }

        foreach (var command in unsent)
        {
            command.Lose(CommandErrors.Closed(command, reason));
        }
    }

    /// <summary>Refuses commands and ends none by time-out from now on: the connection must end next.</summary>
    public void Dispose()
    {
        Close(CommandErrors.Disposed());
        _sweep.Dispose();
    }

    /// <summary>Hands over all unsent bytes, none to a connection that has ended; none: the flush is over. The connection's flush calls.</summary>
    public ArraySegment<byte> TakeUnsent(RespConnection connection)
    {
        lock (_gate)
        {
            _queue.DropAbandoned();
            if (_connection != connection || connection.HasEnded || !_queue.HasUnsent)
            {
                connection.IsFlushing = false;
                return default;
            }

            if (_queue.AllSentAreAnswered)
            {
                connection.AwaitsSince = _sweep.Now();
            }

            return _queue.TakeUnsent();
        }
    }

    /// <summary>Whether there is something to send and no flush is running; then the connection must send it.</summary>
    public bool TryBeginFlush(RespConnection connection)
    {
        lock (_gate)
        {
            return _connection == connection && _queue.HasUnsent && !connection.IsFlushing && (connection.IsFlushing = true);
        }
    }

    /// <summary>Gives back a buffer that was sent.</summary>
    public void ReturnSent(byte[] buffer)
    {
        lock (_gate)
        {
            _queue.GiveBack(buffer);
        }
    }

    /// <summary>The command that the next reply belongs to; null when nothing was asked. Reader loop only.</summary>
    public PendingCommand? NextToAnswer() => _queue.NextToAnswer();

    /// <summary>The last reply of a command is here: takes its place away. Reader loop only, before it completes.</summary>
    public void TakeAnswered(PendingCommand command)
    {
        _queue.TakeAnswered(command);
        if (command.ExactStart != 0)
        {
            Metrics.Answered(command.Name, Time.GetElapsedTime(command.ExactStart));
        }
    }

    /// <summary>How many commands wait to be sent, and how many for their replies.</summary>
    public (long Unsent, long InFlight) Look()
    {
        lock (_gate)
        {
            return (_queue.UnsentCount, _connection is null ? 0 : _queue.InFlightCount);
        }
    }

    /// <summary>The time as the pipeline sees it: at most a grain old while commands wait.</summary>
    public long CoarseNow() => _sweep.Now();

    private static void Start(PendingCommand command, Exception? refusal, RespConnection? flush)
    {
        if (refusal is not null)
        {
            command.Refuse(refusal);
        }
        else
        {
            flush?.StartFlush();
        }
    }

    private Admission Admit(int size, string name, ref Exception? refusal)
    {
        if (_closed is not null)
        {
            refusal = CommandErrors.Closed(name, _closed);
            return Admission.Refuse;
        }

        var admission = _queue.Admit(size, isConnected: _connection is not null);
        if (admission == Admission.Refuse)
        {
            refusal = CommandErrors.BacklogFull(name, _queue.UnsentCount, _queue.UnsentBytes, _connection is null ? _whyNoConnection : null);
            Metrics.Failed("not_sent");
        }

        return admission;
    }

    private void Stamp(PendingCommand command, string name, TimeSpan? timeout)
    {
        var now = _sweep.Now();
        var wait = timeout ?? _limits.CommandTimeout;
        command.Owner = this;
        command.Name = name;
        command.Number = long.MaxValue;
        command.StartedAt = now;
        command.Timeout = wait;
        command.Deadline = wait == Timeout.InfiniteTimeSpan ? long.MaxValue : now + (long)(wait.TotalSeconds * Time.TimestampFrequency);
        command.WasSentBefore = false;
        command.ExactStart = Metrics.TimesCommands ? Time.GetTimestamp() : 0;
    }

    /// <summary>The connection whose flush must be started, if none is on its way.</summary>
    private RespConnection? WhoFlushes() =>
        _connection is { } connection && connection.TryBeginFlush(_queue.UnsentCount, _queue.UnsentBytes, _queue.AllSentAreAnswered)
            ? connection
            : null;

    private void Send(PendingProbe? probe)
    {
        if (probe is not null)
        {
            // Not for ever: a connection on which only that waits is dead after the silence that its owner allows.
            Enqueue(probe, probe.Command, [probe.Nonce], _limits.SilenceLimit < LongestProbe ? _limits.SilenceLimit : LongestProbe);
        }
    }

    private bool Sweep(long now)
    {
        RespConnection? silent = null;
        RespConnection? unsent = null;
        PendingProbe? probe = null;
        List<(PendingCommand Command, bool WasSent)>? due = null;
        bool isBusy;
        (long Number, string? Name) next;
        var received = Volatile.Read(ref _connection)?.Unfinished ?? 0;
        lock (_gate)
        {
            isBusy = _queue.ClaimDue(now, ref due, out var longestWait, out next);
            if (_connection is not null)
            {
                probe = _steps.Due(now, _queue.SentThrough, due?.Exists(static one => one is { WasSent: true, Command: not PendingProbe }) ?? false);
            }

            // The thread that would have sent is blocked in a caller's continuation.
            unsent = _queue.HasUnsent ? _connection : null;
            if (_connection is { } connection
                && !_queue.AllSentAreAnswered
                && Time.GetElapsedTime(connection.AwaitsSince, now) is var silence && silence > _limits.SilenceLimit && silence > longestWait)
            {
                silent = connection;
            }
        }

        isBusy |= Volatile.Read(ref _connection)?.Tick(now) ?? false;
        silent?.Abort(new TimeoutException($"nothing came for more than {_limits.SilenceLimit.TotalSeconds:0.###} s while replies were due"));
        unsent?.FlushUnsent();
        Send(probe);
        foreach (var (command, wasSent) in due ?? [])
        {
            if (command is not PendingProbe)
            {
                Metrics.Failed(wasSent || IsConnected ? "timeout" : "not_sent");
            }

            command.Throw(wasSent || command.WasSentBefore ? CommandErrors.NoReply(command, next.Name, next.Number == command.Number, received)
                : IsConnected ? CommandErrors.NotSent(command)
                : CommandErrors.NotConnected(command, _whyNoConnection));
        }

        return isBusy;
    }
}
