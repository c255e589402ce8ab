using System.Net.Sockets;

using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Wire;

/// <summary>One socket: opened, shaken hands on, read until it ends, never opened again.</summary>
/// <param name="stream">The way to the server and back.</param>
/// <param name="endPoint">Where it leads, for logs and messages.</param>
/// <param name="waiting">How its reader waits while it serves.</param>
/// <param name="limits">How large a reply may be.</param>
/// <param name="time">The clock.</param>
internal sealed class RespConnection(Stream stream, string endPoint, WaitsOn waiting, RespLimits limits, TimeProvider time)
    : IThreadPoolWorkItem, IAsyncDisposable
{
    // What all callers ask is sent in two pieces, so that the server works on one while the other is made; but not in
    // pieces that cost more to send than to wait for, nor in such as keep the server waiting.
    private const int SmallestPortion = 16;
    private const int LargestPortion = 256;
    private const int PortionBytes = 16 * 1024;

    private readonly ReceiveBuffer _received = new(limits);
    private CommandPipeline? _pipeline;
    private ReplyLoop? _loop;
    private int _runningBatches;
    private int _portion = SmallestPortion;
    private int _lastCallersThread;
    private bool _takesTransactions;

    // The number of the flush that is queued on the pool and has not begun, or 0: the thread that swaps it to 0 has it.
    private long _queuedFlush;
    private long _flushes;

    // The clock's.
    private long _seenFlush;
    private long _seenFlushAt;

    private Exception? _reason;
    private long _unfinished;
    private long _awaitsSince = time.GetTimestamp();

    /// <summary>Where it leads, for logs and messages.</summary>
    public string EndPoint => endPoint;

    /// <summary>The protocol version in use.</summary>
    public int Protocol { get; set; } = 2;

    /// <summary>Whether the server has taken a transaction on it.</summary>
    public bool TakesTransactions
    {
        get => Volatile.Read(ref _takesTransactions);
        set => Volatile.Write(ref _takesTransactions, value);
    }

    /// <summary>Which connection of its client this is, from 1.</summary>
    public long Epoch { get; set; }

    /// <summary>Whether a thread is sending or about to; guarded by the pipeline's lock.</summary>
    public bool IsFlushing { get; set; }

    /// <summary>Whether the flush that starts runs on the caller's thread; guarded by <see cref="IsFlushing"/>.</summary>
    public bool FlushesAtOnce { get; set; }

    /// <summary>Since when the server owes a sign of life: the last byte it sent, or the first command after a pause.</summary>
    public long AwaitsSince
    {
        get => Volatile.Read(ref _awaitsSince);
        set => Volatile.Write(ref _awaitsSince, value);
    }

    /// <summary>How many bytes of an unfinished reply have come. The reader loop's; others look.</summary>
    public long Unfinished
    {
        get => Volatile.Read(ref _unfinished);
        set => Volatile.Write(ref _unfinished, value);
    }

    /// <summary>Ends the connection. The first reason counts.</summary>
    public void Abort(Exception reason)
    {
        if (Interlocked.CompareExchange(ref _reason, reason, null) is null)
        {
            stream.Dispose();
            _loop?.Abandon();
        }
    }

    /// <summary>Whether it was ended, by whichever side.</summary>
    public bool HasEnded => Volatile.Read(ref _reason) is not null;

    /// <summary>Sends commands and reads their replies, before the connection serves a pipeline.</summary>
    /// <exception cref="Exception">The connection failed, or the reply was malformed.</exception>
    public async Task<RespValue[]> ExchangeAsync(IReadOnlyList<RedisCommand> commands, CancellationToken cancellationToken)
    {
        try
        {
            await WriteAsync(commands, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // A server that refuses a client says why before it closes: what it said can still be read.
        }

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
            switch (_received.NextValue(out var value))
            {
                case Found.Value:
                    return value;
                case Found.Malformed:
                    throw Malformed();
                case Found.TooLarge:
                    throw TooLarge();
                default:
                    _received.Received(await stream.ReadAsync(_received.MakeRoom(), cancellationToken));
                    AwaitsSince = time.GetTimestamp();
                    break;
            }
        }
    }

    /// <summary>Serves a pipeline until the connection ends. Never throws: returns why it ended.</summary>
    public async Task<Exception> ServeAsync(CommandPipeline pipeline)
    {
        _pipeline = pipeline;
        _loop = new ReplyLoop(this, pipeline, _received, stream);
        try
        {
            pipeline.Attach(this);
        }
        catch (ObjectDisposedException e)
        {
            Abort(e);
        }

        await (waiting == WaitsOn.OwnThread ? _loop.RunOnThreadAsync() : _loop.RunOnPoolAsync());
        return _reason!;
    }

    /// <summary>
    /// Whether a flush must be started now, and none is on its way: at once when nothing is in flight, and otherwise queued,
    /// so that the commands of other callers come along. Callers who were just answered and go on together are sent for
    /// together, in portions that keep the server busy meanwhile. Under the pipeline's lock.
    /// </summary>
    public bool TryBeginFlush(int commands, int bytes, bool allAreAnswered)
    {
        var portion = Portion;
        if (IsFlushing || (commands < portion && bytes < PortionBytes))
        {
            return false;
        }

        FlushesAtOnce = portion > 0 || allAreAnswered || IsWithLastCaller;
        return IsFlushing = true;
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
            Volatile.Write(ref _queuedFlush, ++_flushes);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>
    /// How many commands are worth a piece of their own while answered callers go on, after whom
    /// <see cref="LeaveBatch"/> follows; 0: none follows.
    /// </summary>
    public int Portion => Volatile.Read(ref _runningBatches) > 0 ? Volatile.Read(ref _portion) : 0;

    /// <summary>Answered callers are about to go on.</summary>
    /// <param name="callers">How many they are, together with those who wait for replies.</param>
    public void BeginBatch(long callers)
    {
        Volatile.Write(ref _portion, (int)Math.Clamp((callers + 1) / 2, SmallestPortion, LargestPortion));
        Interlocked.Increment(ref _runningBatches);
    }

    /// <summary>The last caller of a batch goes on, on this thread: what it asks sends what the others asked.</summary>
    public void EndBatch()
    {
        Volatile.Write(ref _lastCallersThread, Environment.CurrentManagedThreadId);
        Interlocked.Decrement(ref _runningBatches);
    }

    /// <summary>Whether this thread is with the last caller of a batch.</summary>
    public bool IsWithLastCaller => Volatile.Read(ref _lastCallersThread) == Environment.CurrentManagedThreadId;

    /// <summary>This thread has let callers of a batch go on, and has none left: sends what they asked.</summary>
    public void LeaveBatch()
    {
        if (IsWithLastCaller)
        {
            Volatile.Write(ref _lastCallersThread, 0);
        }

        FlushUnsent();
    }

    /// <summary>A tick of the pipeline's clock: whether it must go on.</summary>
    public bool Tick(long now)
    {
        var isFlushQueued = TakeFlushIfStuck(now);
        return (_loop?.Tick(now) ?? false) || isFlushQueued;
    }

    /// <summary>Sends what callers have asked, unless another thread is sending it.</summary>
    public void FlushUnsent()
    {
        if (_pipeline!.TryBeginFlush(this))
        {
            Flush();
        }
    }

    /// <summary>Sends until nothing is left; failures end the connection.</summary>
    public void Flush()
    {
        try
        {
            while (_pipeline!.TakeUnsent(this) is { Count: > 0 } bytes)
            {
                // The socket nearly always takes the bytes at once: no state machine for that. No token: an abort closes
                // the stream.
                var sending = stream.WriteAsync(bytes, CancellationToken.None);
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

    void IThreadPoolWorkItem.Execute()
    {
        if (Interlocked.Exchange(ref _queuedFlush, 0) != 0)
        {
            Flush();
        }
    }

    /// <summary>
    /// A flush that the thread pool does not begin with gets a thread of its own: the callers whose commands it sends may
    /// be those who block the pool. True while one is queued.
    /// </summary>
    private bool TakeFlushIfStuck(long now)
    {
        var queued = Volatile.Read(ref _queuedFlush);
        if (queued != _seenFlush)
        {
            _seenFlush = queued;
            _seenFlushAt = now;
        }
        else if (queued != 0 && time.GetElapsedTime(_seenFlushAt, now) >= AnswerBatches.Patience
            && Interlocked.CompareExchange(ref _queuedFlush, 0, queued) == queued)
        {
            new Thread(static connection => ((RespConnection)connection!).Flush()) { IsBackground = true, Name = $"Redis flush {endPoint}" }.UnsafeStart(this);
        }

        return queued != 0;
    }

    public ValueTask DisposeAsync()
    {
        Abort(CommandErrors.Disposed());
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

    /// <summary>A reply was beyond the limits, and was passed over.</summary>
    public RedisProtocolException TooLarge() =>
        new($"The server at {endPoint} sent what is beyond the limits: {_received.Excess}. It was not kept.");

    /// <summary>The other side broke the protocol.</summary>
    public RedisProtocolException Malformed() =>
        new($"The server at {endPoint} sent what is not RESP or beyond the limits: {_received.Fault}.");
}
