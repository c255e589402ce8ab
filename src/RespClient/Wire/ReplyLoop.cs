using RespClient.Clocks;
using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Wire;

/// <summary>
/// Reads the replies of a connection and gives each to its command. On a thread of its own the loop waits in the kernel
/// and is woken by the kernel, and lets quick callers go on itself: no reply changes the thread on its way. Should such
/// a caller block, another thread takes the loop over, and this one is gone when the caller lets it go.
/// </summary>
internal sealed class ReplyLoop(RespConnection connection, CommandPipeline pipeline, ReceiveBuffer received, Stream stream)
{
    private static readonly TimeSpan Patience = DeadlineSweep.Grain / 2;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AnswerBatch? _batch;

    // While the thread of the loop lets callers go on: a number used only this once. The thread that sets it back to 0
    // has the loop from then on.
    private long _turn;
    private long _lastTurn;

    // The clock's: the turn it saw at its last tick, and since when.
    private long _seenTurn;
    private long _seenAt;

    /// <summary>How long callers take.</summary>
    public CallerPace Pace { get; } = new(pipeline.Time, Environment.ProcessorCount);

    /// <summary>The callers that were answered, in batches.</summary>
    public AnswerBatches Batches { get; } = new(pipeline.Time);

    public long Now() => pipeline.Time.GetTimestamp();

    /// <summary>Runs on a thread of its own until the connection ends. Never throws.</summary>
    public Task RunOnThreadAsync()
    {
        StartThread();
        return _ended.Task;
    }

    /// <summary>Runs on the thread pool until the connection ends: for connections that mostly wait. Never throws.</summary>
    public async Task RunOnPoolAsync()
    {
        try
        {
            while (true)
            {
                Dispatch();
                LeaveBatch();
                pipeline.Observers.Admit(connection.Epoch, connection.Protocol);

                // Awaited here and in no method of its own: this state machine lives as long as the connection. No
                // token: an abort closes the stream.
                received.Received(await stream.ReadAsync(received.MakeRoom(), CancellationToken.None));
                connection.AwaitsSince = pipeline.CoarseNow();
            }
        }
#pragma warning disable CA1031 // What ends the loop is the reason that its callers get.
        catch (Exception e)
#pragma warning restore CA1031
        {
            End(e);
        }

        LeaveBatch();
    }

    /// <summary>A tick of the clock: whether it must go on.</summary>
    public bool Tick(long now)
    {
        var isWithCallers = TakeOverIfStuck(now);
        return Batches.Tick(now) || isWithCallers;
    }

    /// <summary>Takes the loop from a caller that has held it up for a tick. True while it is with callers.</summary>
    private bool TakeOverIfStuck(long now)
    {
        var turn = Volatile.Read(ref _turn);
        if (turn != _seenTurn)
        {
            _seenTurn = turn;
            _seenAt = now;
        }
        else if (turn != 0 && pipeline.Time.GetElapsedTime(_seenAt, now) >= Patience && TryTakeFrom(turn))
        {
            // Ticks of a clock that was late follow each other closely: they do not count.
            Pace.Distrust(now);
            StartThread();
        }

        return turn != 0;
    }

    /// <summary>
    /// The connection has ended: takes the loop from a caller that holds it up. That caller may be waiting for just
    /// this, where it disposes of the client and blocks until it is done.
    /// </summary>
    public void Abandon()
    {
        if (Volatile.Read(ref _turn) is var turn and not 0 && TryTakeFrom(turn))
        {
            _ended.TrySetResult();
        }
    }

    private void StartThread() =>
        new Thread(static loop => ((ReplyLoop)loop!).Run()) { IsBackground = true, Name = $"Redis {connection.EndPoint}" }.UnsafeStart(this);

    private void Run()
    {
        try
        {
            while (true)
            {
                pipeline.Observers.Admit(connection.Epoch, connection.Protocol);
                Dispatch();
                if (!LetCallersGoOn())
                {
                    // Another thread has the loop.
                    return;
                }

                received.Received(stream.Read(received.MakeRoom().Span));
                connection.AwaitsSince = pipeline.CoarseNow();
            }
        }
#pragma warning disable CA1031 // What ends the loop is the reason that its callers get.
        catch (Exception e)
#pragma warning restore CA1031
        {
            End(e);
        }

        LeaveBatch();
        _ended.SetResult();
    }

    /// <summary>Takes the loop from the thread of this turn, and leaves the callers it has not come to.</summary>
    private bool TryTakeFrom(long turn)
    {
        if (Interlocked.CompareExchange(ref _turn, 0, turn) != turn)
        {
            return false;
        }

        var batch = _batch!;
        _batch = null;
        batch.Leave();
        return true;
    }

    /// <summary>False: a caller took so long that another thread has the loop.</summary>
    private bool LetCallersGoOn()
    {
        if (_batch is not { Count: > 0 } batch)
        {
            return true;
        }

        var from = Now();
        if (!Pace.AreQuick(from))
        {
            LeaveBatch();
            return true;
        }

        var callers = batch.Count;
        var turn = ++_lastTurn;
        connection.BeginBatch(callers + pipeline.InFlight);

        // A fence: either this sees that the connection has ended, or the thread that ended it sees the turn.
        Interlocked.Exchange(ref _turn, turn);
        if (connection.HasEnded)
        {
            return TryTakeFrom(turn);
        }

        batch.Run();
        if (Interlocked.CompareExchange(ref _turn, 0, turn) != turn)
        {
            return false;
        }

        Pace.Note(callers, callers, Now() - from);
        batch.Clear();
        return true;
    }

    /// <summary>Leaves the callers to the thread pool.</summary>
    private void LeaveBatch()
    {
        if (_batch is { Count: > 0 } batch)
        {
            _batch = null;
            connection.BeginBatch(batch.Count + pipeline.InFlight);
            batch.Start();
        }
    }

    private void End(Exception reason)
    {
        if (reason is RepliesOutOfStepException)
        {
            // Those answered since the last look at the socket that have not gone on yet: their replies may be others'.
            var doubt = new RedisProtocolException($"The connection to {connection.EndPoint} was dropped: {reason.Message}.", reason);
            pipeline.Metrics.Foreign();
            pipeline.Observers.Disconnected(connection.Epoch);
            _batch?.Doubt(doubt);
            connection.Abort(doubt);
        }
        else
        {
            connection.Abort(reason);
        }
    }

    /// <summary>Gives every whole reply that was received to its command.</summary>
    private void Dispatch()
    {
        while (true)
        {
            switch (received.Next(out var bulk, out var value))
            {
                case Found.Bulk:
                    var command = Next(bulk);
                    if (command.OnBulkReply(bulk))
                    {
                        AddToBatch(command);
                    }

                    break;
                case Found.Value:
                    OnReply(value);
                    break;
                case Found.TooLarge:
                    pipeline.Metrics.Failed("too_large");
                    command = Take(Asked());
                    if (command.OnTooLarge(connection.TooLarge()))
                    {
                        AddToBatch(command);
                    }

                    break;
                case Found.Malformed:
                    throw connection.Malformed();
                default:
                    connection.Unfinished = received.Unfinished;
                    return;
            }
        }
    }

    private void OnReply(in RespValue value)
    {
        if (value.Kind == RespKind.Push)
        {
            pipeline.Observers.Push(value);
            return;
        }

        var command = Next(value);
        var error = command.Tag == 0 ? value : TaggedReply.Result(value, command.Tag);
        if (error.IsError)
        {
            pipeline.Metrics.Failed(RedisErrorKinds.Parse(error.AsString()!).ToString());
        }

        if (command.OnReply(error.IsError ? error : value))
        {
            AddToBatch(command);
        }
    }

    /// <summary>The command that a reply belongs to.</summary>
    /// <exception cref="RepliesOutOfStepException">It carries another tag. The command stays in its place, and is lost with the connection.</exception>
    private PendingCommand Next(in RespValue reply)
    {
        var command = Asked();
        return command.Tag == 0 || reply.IsError || TaggedReply.Carries(reply, command.Tag)
            ? Take(command)
            : throw new RepliesOutOfStepException(command.Name);
    }

    private PendingCommand Next(ReadOnlySpan<byte> bulk)
    {
        var command = Asked();
        return command.Tag == 0 || TaggedReply.Carries(bulk, command.Tag) ? Take(command) : throw new RepliesOutOfStepException(command.Name);
    }

    private PendingCommand Asked() => pipeline.NextToAnswer()
        ?? throw new RedisProtocolException($"The server at {connection.EndPoint} sent a reply that nobody asked for.");

    private PendingCommand Take(PendingCommand command)
    {
        if (command.NextReplyIsLast)
        {
            // Before it completes: from then on it may already serve another caller.
            pipeline.TakeAnswered(command);
        }

        return command;
    }

    private void AddToBatch(PendingCommand command)
    {
        _batch ??= Batches.Rent() ?? new AnswerBatch(this, connection);
        _batch.Add(command);
    }
}
