using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

using RespClient.Protocol;

namespace RespClient.Queue;

/// <summary>
/// One command on its way. Two parties hold it: the place in the queue, which its reply must find even when the caller
/// has given up, and the caller's await. It is reused once both have let go.
/// </summary>
internal abstract class PendingCommand
{
    private const int Resolved = 1;
    private const int PlaceFree = 2;
    private const int CallerGone = 4;
    private const int FlagMask = Resolved | PlaceFree | CallerGone;
    private const int NextUse = 8;

    // Flags in the low bits; above them a count of uses, so that a late glance at an earlier use changes nothing.
    private int _state = FlagMask;
    private CancellationTokenRegistration _registration;

    /// <summary>The command's first word, for messages.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its number in the queue; set when it is queued, under the queue's lock.</summary>
    public long Number { get; set; }

    /// <summary>Its length in the queue's unsent bytes.</summary>
    public int FrameLength { get; set; }

    /// <summary>A time not after the bytes were sent, in the units of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long StartedAt { get; set; }

    /// <summary>When waiting ends, in the units of <see cref="TimeProvider.GetTimestamp"/>.</summary>
    public long Deadline { get; set; }

    /// <summary>When it was called, if that is measured; otherwise 0.</summary>
    public long ExactStart { get; set; }

    /// <summary>How long the caller said it would wait at most, for messages.</summary>
    public TimeSpan Timeout { get; set; }

    /// <summary>As <see cref="RedisCommand.Tag"/>.</summary>
    public long Tag { get; protected set; }

    /// <summary>Whether an earlier connection had it: a read that is on its way again.</summary>
    public bool WasSentBefore { get; set; }

    /// <summary>Who has it queued, for cancellation.</summary>
    public ICommandOwner? Owner { get; set; }

    /// <summary>What a glance saw; <see cref="TryClaim"/> succeeds only if nothing has happened since.</summary>
    public int Glance => Volatile.Read(ref _state);

    /// <summary>Which use of the command this is: it is pooled, and each caller is another use.</summary>
    public int Use => UseOf(Glance);

    public bool IsResolved => (Volatile.Read(ref _state) & Resolved) != 0;

    /// <summary>Whether the command leaves the queue with the next reply.</summary>
    public virtual bool NextReplyIsLast => true;

    /// <summary>
    /// Takes the next reply of the queue. True: it was the last and a caller waits; then it must be announced.
    /// False: do not touch the command any more.
    /// </summary>
    public abstract bool OnReply(in RespValue reply);

    /// <summary>A bulk string as it lies in the receive buffer. The default makes a value of it.</summary>
    public virtual bool OnBulkReply(ReadOnlySpan<byte> bytes) => OnReply(RespValue.FromBytes(RespKind.BulkString, bytes.ToArray()));

    /// <summary>The use that a glance saw.</summary>
    public static int UseOf(int glance) => glance & ~FlagMask;

    /// <summary>The next reply came, beyond the limits, and was not kept. As <see cref="OnReply"/>.</summary>
    public virtual bool OnTooLarge(RedisProtocolException reason) => Fail(reason);

    /// <summary>
    /// Claims the right to end the caller's wait early, if nothing has happened since the glance; then <see cref="Throw"/>
    /// must be called. The place in the queue stays until its reply was read.
    /// </summary>
    public bool TryClaim(int glance) =>
        (glance & Resolved) == 0 && Interlocked.CompareExchange(ref _state, glance | Resolved, glance) == glance;

    /// <summary>Ends the wait of the caller with an error, on another thread; only after <see cref="TryClaim"/> succeeded.</summary>
    public void Throw(Exception reason)
    {
        SetError(reason);
        EndedCalls.Shared.Add(this);
    }

    /// <summary>Lets the caller go on, on this thread. From then on the command may already serve another.</summary>
    public abstract void Announce();

    /// <summary>As <see cref="Announce"/>; what the caller's code throws ends where the caller's exceptions end, and not here.</summary>
    public void AnnounceGuarded()
    {
        try
        {
            Announce();
        }
#pragma warning disable CA1031 // It is the caller's own.
        catch (Exception e)
#pragma warning restore CA1031
        {
            ThreadPool.UnsafeQueueUserWorkItem(static info => info.Throw(), ExceptionDispatchInfo.Capture(e), preferLocal: false);
        }
    }

    /// <summary>No reply can come for this command any more, and its caller's wait has ended before.</summary>
    public void LeaveUnanswered()
    {
        OnLost();
        LeavePlace();
    }

    /// <summary>No reply can come: ends the wait, if it still lasts.</summary>
    public void Lose(Exception reason)
    {
        OnLost();
        if (TryResolve())
        {
            Throw(reason);
        }
    }

    /// <summary>It was answered, and its caller has not gone on: the answer is not to be believed.</summary>
    public void Doubt(Exception reason) => SetError(reason);

    /// <summary>It was not even queued: its task has failed before its caller has it.</summary>
    public void Refuse(Exception reason)
    {
        OnLost();
        if (Fail(reason))
        {
            Announce();
        }
    }

    /// <summary>Watches a token; call once, after the command was queued.</summary>
    public void CancelWith(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((PendingCommand)state!).Owner?.Cancel((PendingCommand)state, token), this);
        }
    }

    protected abstract void Recycle();

    /// <summary>Called once when no reply will come.</summary>
    protected virtual void OnLost()
    {
    }

    protected abstract void SetError(Exception reason);

    /// <summary>The reply is an error: true if a caller waits for it.</summary>
    protected bool Fail(Exception reason)
    {
        if (!TryResolve())
        {
            return false;
        }

        SetError(reason);
        return true;
    }

    private void LeavePlace()
    {
        if ((Interlocked.Or(ref _state, PlaceFree) & CallerGone) != 0)
        {
            Recycle();
        }
    }

    /// <summary>Starts a new use. No one else may hold the command.</summary>
    protected void Begin() => _state = (_state & ~FlagMask) + NextUse;

    /// <summary>The last reply is there: true if a caller still waits for it. The place is free either way.</summary>
    protected bool TryResolve()
    {
        var state = Volatile.Read(ref _state);
        if ((state & Resolved) == 0
            && Interlocked.CompareExchange(ref _state, state | Resolved | PlaceFree, state) == state)
        {
            return true;
        }

        LeavePlace();
        return false;
    }

    /// <summary>The caller has its result.</summary>
    protected void LeaveCaller()
    {
        // Waits for a callback that runs, so that it cannot cancel the next use.
        _registration.Dispose();
        _registration = default;
        if ((Volatile.Read(ref _state) & PlaceFree) != 0 || (Interlocked.Or(ref _state, CallerGone) & PlaceFree) != 0)
        {
            Recycle();
        }
    }
}

/// <summary>Has commands queued until their replies come.</summary>
internal interface ICommandOwner
{
    /// <summary>The caller of a queued command no longer waits.</summary>
    void Cancel(PendingCommand command, CancellationToken token);
}

/// <summary>A command whose caller awaits a <typeparamref name="T"/>.</summary>
internal abstract class PendingCommand<T> : PendingCommand, IValueTaskSource<T>
{
    private ManualResetValueTaskSourceCore<T> _core;
    private T _result = default!;
    private Exception? _error;

    public ValueTask<T> Task => new(this, _core.Version);

    public sealed override void Announce()
    {
        if (_error is null)
        {
            _core.SetResult(_result);
        }
        else
        {
            _core.SetException(_error);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<T>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<T>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    T IValueTaskSource<T>.GetResult(short token)
    {
        if (token != _core.Version || _core.GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            // Awaited twice, or read before its time: throws, and the command stays with its rightful owner.
            return _core.GetResult(token);
        }

        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            LeaveCaller();
        }
    }

    /// <summary>The reply is a result: true if a caller waits for it.</summary>
    protected bool Return(T result)
    {
        if (!TryResolve())
        {
            return false;
        }

        _result = result;
        return true;
    }

    /// <summary>Only after <see cref="PendingCommand.TryResolve"/>.</summary>
    protected void SetResult(T result) => _result = result;

    protected override void SetError(Exception reason) => _error = reason;

    protected override void Recycle()
    {
        _core.Reset();
        _result = default!;
        _error = null;
        Owner = null;
    }
}
