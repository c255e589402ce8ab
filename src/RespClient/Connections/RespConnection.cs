using RespClient.Pending;
using RespClient.Pipelines;
using RespClient.Protocol;
using RespClient.Protocol.Frames;

namespace RespClient.Connections;

/// <summary>One socket after another's like: opened, shaken hands on, read until it ends, never opened again.</summary>
internal sealed class RespConnection(Stream stream, string endPoint, RespLimits limits, TimeProvider time) : IThreadPoolWorkItem, IAsyncDisposable
{
    private const int ReceiveBufferBytes = 64 * 1024;

    private readonly byte[] _buffer = new byte[ReceiveBufferBytes];
    private readonly RespReader _reader = new(limits);
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _batchLock = new();
    private readonly Stack<AnswerBatch> _spareBatches = new();
    private CommandPipeline? _pipeline;
    private AnswerBatch? _batch;
    private int _runningBatches;
    private Exception? _reason;
    private int _start;
    private int _end;
    private long _awaitsSince = time.GetTimestamp();

    /// <summary>Where it leads, for logs and messages.</summary>
    public string EndPoint => endPoint;

    /// <summary>The protocol version in use.</summary>
    public int Protocol { get; set; } = 2;

    /// <summary>Which connection of its client this is, from 1.</summary>
    public long Epoch { get; set; }

    /// <summary>Whether somebody is sending or about to; guarded by the pipeline's lock.</summary>
    public bool IsFlushing { get; set; }

    /// <summary>Whether the flush that starts runs on the caller's thread; guarded by <see cref="IsFlushing"/>.</summary>
    public bool FlushesAtOnce { get; set; }

    /// <summary>Since when the server owes a sign of life: the last byte it sent, or the first command after a pause.</summary>
    public long AwaitsSince
    {
        get => Volatile.Read(ref _awaitsSince);
        set => Volatile.Write(ref _awaitsSince, value);
    }

    /// <summary>Ends the connection. The first reason counts.</summary>
    public void Abort(Exception reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null)
        {
            _ended.Cancel();
            stream.Dispose();
        }
    }

    /// <summary>Sends commands and reads their replies, before the connection serves a pipeline.</summary>
    /// <exception cref="Exception">The connection failed, or the reply was malformed.</exception>
    public async Task<RespValue[]> ExchangeAsync(IReadOnlyList<RedisCommand> commands, CancellationToken cancellationToken)
    {
        await WriteAsync(commands, cancellationToken);
        var replies = new RespValue[commands.Count];
        for (var index = 0; index < replies.Length;)
        {
            var value = await ReadAsync(cancellationToken);
            if (value.Kind != RespKind.Push)
            {
                replies[index++] = value;
            }
        }

        return replies;
    }

    /// <summary>Sends commands, while the connection serves no pipeline.</summary>
    public async Task WriteAsync(IReadOnlyList<RedisCommand> commands, CancellationToken cancellationToken)
    {
        var frames = new byte[commands.Sum(command => RespWriter.GetMaxByteCount(command.Name, command.Arguments))];
        var length = 0;
        foreach (var command in commands)
        {
            length += RespWriter.Write(frames.AsSpan(length), command.Name, command.Arguments);
        }

        await stream.WriteAsync(frames.AsMemory(0, length), cancellationToken);
    }

    /// <summary>Reads the next reply or push, while the connection serves no pipeline.</summary>
    public async ValueTask<RespValue> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var status = _reader.Read(_buffer.AsSpan(_start, _end - _start), out var consumed, out var value);
            _start += consumed;
            switch (status)
            {
                case RespReadStatus.Done:
                    return value;
                case RespReadStatus.Malformed:
                    throw Malformed();
                default:
                    MakeRoom();
                    Received(await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken));
                    AwaitsSince = time.GetTimestamp();
                    break;
            }
        }
    }

    /// <summary>Serves a pipeline until the connection ends. Never throws: returns why it ended.</summary>
    public async Task<Exception> ServeAsync(CommandPipeline pipeline)
    {
        _pipeline = pipeline;
        try
        {
            pipeline.Attach(this);
            while (true)
            {
                Dispatch(pipeline);
                StartBatch();
                pipeline.Observers.Admit(Epoch, Protocol);

                // Awaited here and in no method of its own: this state machine lives as long as the connection.
                MakeRoom();
                Received(await stream.ReadAsync(_buffer.AsMemory(_end), _ended.Token));
                AwaitsSince = pipeline.CoarseNow();
            }
        }
#pragma warning disable CA1031 // Whatever ended the loop is the reason its callers are told.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Abort(e);
        }

        StartBatch();
        return _reason!;
    }

    /// <summary>Begins to send what the pipeline holds; <see cref="IsFlushing"/> was set for this call.</summary>
    public void StartFlush()
    {
        if (FlushesAtOnce)
        {
            Flush();
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Whether answered callers are about to go on, after which <see cref="FlushUnsent"/> follows.</summary>
    public bool HasRunningBatches => Volatile.Read(ref _runningBatches) > 0;

    /// <summary>The last caller of a batch goes on.</summary>
    public void EndBatch() => Interlocked.Decrement(ref _runningBatches);

    /// <summary>Sends what callers have asked and nobody else is sending.</summary>
    public void FlushUnsent()
    {
        if (_pipeline!.TryBeginFlush(this))
        {
            Flush();
        }
    }

    public void GiveBack(AnswerBatch batch)
    {
        lock (_batchLock)
        {
            _spareBatches.Push(batch);
        }
    }

    /// <summary>Sends until nothing is left; failures end the connection.</summary>
    public void Flush()
    {
        try
        {
            while (_pipeline!.TakeUnsent(this) is { Count: > 0 } bytes)
            {
                // The socket nearly always takes the bytes at once: no state machine for that.
                var sending = stream.WriteAsync(bytes, _ended.Token);
                if (!sending.IsCompletedSuccessfully)
                {
                    _ = FinishFlushAsync(sending, bytes.Array!);
                    return;
                }

                sending.GetAwaiter().GetResult();
                _pipeline.ReturnSent(bytes.Array!);
            }
        }
#pragma warning disable CA1031 // The reader loop reports the reason.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Abort(e);
        }
    }

    void IThreadPoolWorkItem.Execute() => Flush();

    public ValueTask DisposeAsync()
    {
        Abort(new ObjectDisposedException(nameof(RedisClient)));
        _ended.Dispose();
        return stream.DisposeAsync();
    }

    private async Task FinishFlushAsync(ValueTask sending, byte[] buffer)
    {
        try
        {
            await sending;
            _pipeline!.ReturnSent(buffer);
        }
#pragma warning disable CA1031 // The reader loop reports the reason.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Abort(e);
            return;
        }

        Flush();
    }

    /// <summary>Moves what is unread to the front of the buffer: at most one short frame.</summary>
    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
    }

    private void Received(int count) =>
        _end += count > 0 ? count : throw new EndOfStreamException("the server closed the connection");

    /// <summary>Gives every whole reply in the buffer to its command.</summary>
    private void Dispatch(CommandPipeline pipeline)
    {
        while (_start < _end)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            if (_reader.IsAtStart)
            {
                var scalar = ScalarFrame.Read(rest, limits.MaxBulkBytes, _buffer.Length, out var length, out var bulk);
                if (scalar == ScalarFrame.Outcome.Incomplete)
                {
                    return;
                }

                if (scalar == ScalarFrame.Outcome.Bulk)
                {
                    _start += length;
                    var command = Next(pipeline);
                    if (command.OnBulkReply(bulk))
                    {
                        AddToBatch(command);
                    }

                    continue;
                }
            }

            var status = _reader.Read(rest, out var consumed, out var value);
            _start += consumed;
            if (status == RespReadStatus.Malformed)
            {
                throw Malformed();
            }

            if (status == RespReadStatus.Done)
            {
                OnReply(pipeline, value);
            }
        }
    }

    private void OnReply(CommandPipeline pipeline, in RespValue value)
    {
        if (value.Kind == RespKind.Push)
        {
            pipeline.Observers.Push(value);
            return;
        }

        if (value.IsError)
        {
            pipeline.Metrics.Failed(RedisErrorKinds.Parse(value.AsString()!).ToString());
        }

        var command = Next(pipeline);
        if (command.OnReply(value))
        {
            AddToBatch(command);
        }
    }

    private void AddToBatch(PendingCommand command)
    {
        if (_batch is null)
        {
            lock (_batchLock)
            {
                _batch = _spareBatches.TryPop(out var spare) ? spare : new AnswerBatch(this);
            }
        }

        _batch.Add(command);
    }

    private void StartBatch()
    {
        if (_batch is { } batch)
        {
            _batch = null;
            Interlocked.Increment(ref _runningBatches);
            batch.Start();
        }
    }

    private RedisProtocolException Malformed() =>
        new($"The server at {endPoint} sent what is not RESP or beyond the limits: {_reader.Fault}.");

    private PendingCommand Next(CommandPipeline pipeline)
    {
        var command = pipeline.NextToAnswer()
            ?? throw new RedisProtocolException($"The server at {endPoint} sent a reply that nobody asked for.");
        if (command.NextReplyIsLast)
        {
            // Before it completes: from then on it may already serve another caller.
            pipeline.TakeAnswered(command);
        }

        return command;
    }
}
