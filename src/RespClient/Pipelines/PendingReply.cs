using System.Collections.Concurrent;

using RespClient.Protocol;

namespace RespClient.Pipelines;

/// <summary>A command that gets one reply of any type.</summary>
internal sealed class PendingReply : PendingCommand<RespValue>
{
    private const int MaxPooled = 4096;
    private static readonly ConcurrentQueue<PendingReply> Pool = new();

    private PendingReply()
    {
    }

    public static PendingReply Rent(bool inline)
    {
        if (!Pool.TryDequeue(out var command))
        {
            command = new PendingReply();
        }

        command.Begin(inline);
        return command;
    }

    public override void OnReply(in RespValue reply)
    {
        if (reply.IsError)
        {
            Fail(new RedisServerException(reply.AsString()!));
        }
        else
        {
            Return(reply);
        }
    }

    protected override void Recycle()
    {
        base.Recycle();
        if (Pool.Count < MaxPooled)
        {
            Pool.Enqueue(this);
        }
    }
}
