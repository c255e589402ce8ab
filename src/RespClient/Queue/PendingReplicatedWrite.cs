using RespClient.Protocol;
using RespClient.Replication;

namespace RespClient.Queue;

/// <summary>A write and WAIT as one command of the queue, which takes the reply of each.</summary>
internal sealed class PendingReplicatedWrite : PendingCommand<ReplicatedReply>
{
    private bool _isWritten;
    private RespValue _reply;
    private RedisException? _failure;

    public PendingReplicatedWrite() => Begin();

    public override bool NextReplyIsLast => _isWritten;

    public override bool OnReply(in RespValue reply)
    {
        if (_isWritten)
        {
            return OnWait(reply);
        }

        _isWritten = true;
        _reply = reply;
        _failure = reply.IsError ? new RedisServerException(reply.AsString()!) : null;
        return false;
    }

    public override bool OnTooLarge(RedisProtocolException reason)
    {
        if (_isWritten)
        {
            return Fail(_failure ?? reason);
        }

        _isWritten = true;
        _failure = reason;
        return false;
    }

    private bool OnWait(in RespValue reply)
    {
        if (_failure is not null)
        {
            return Fail(_failure);
        }

        if (reply.IsError)
        {
            var error = reply.AsString()!;
            return Fail(new RedisServerException(
                error, CommandOutcome.OutcomeUnknown, $"{error} WAIT was refused: {Name} has run, and how many replicas have it is not known."));
        }

        return reply.Kind == RespKind.Integer
            ? Return(new ReplicatedReply(_reply, (int)reply.AsInt64()))
            : Fail(new RedisReplyTypeException($"Expected a number of replicas but WAIT was answered with {reply}."));
    }
}
