using System.Collections.Concurrent;

using RespClient.Connections;
using RespClient.Protocol;

namespace RespClient.Pipelines;

/// <summary>A command that gets one reply of any type.</summary>
internal sealed class PendingReply : PendingCommand<RespValue>
{
    private const int MaxPooled = 4096;
    private static readonly ConcurrentQueue<PendingReply> Pool = new();

    private IReplyObserver? _observer;

    private PendingReply()
    {
    }

    /// <param name="inline">Whether the continuation runs on the reader loop.</param>
    /// <param name="observer">Sees the reply before the caller does.</param>
    public static PendingReply Rent(bool inline, IReplyObserver? observer = null)
    {
        if (!Pool.TryDequeue(out var command))
        {
            command = new PendingReply();
        }

        command.Begin(inline);
        command._observer = observer;
        return command;
    }

    public override void OnReply(in RespValue reply)
    {
        _observer?.OnReply(reply);
        if (reply.IsError)
        {
            Fail(new RedisServerException(reply.AsString()!));
        }
        else
        {
            Return(reply);
        }
    }

    protected override void OnLost() => _observer?.OnLost();

    protected override void Recycle()
    {
        _observer = null;
        base.Recycle();
        if (Pool.Count < MaxPooled)
        {
            Pool.Enqueue(this);
        }
    }
}
