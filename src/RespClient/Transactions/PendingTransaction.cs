using RespClient.Pending;
using RespClient.Protocol;

namespace RespClient.Transactions;

/// <summary>MULTI, the commands and EXEC as one command of the queue, which takes the reply of each.</summary>
internal sealed class PendingTransaction : PendingCommand<TransactionResult>
{
    private int _repliesLeft;
    private string? _refusal;

    /// <param name="commands">How many there are between MULTI and EXEC.</param>
    public PendingTransaction(int commands)
    {
        _repliesLeft = commands + 2;
        Begin();
    }

    public override bool NextReplyIsLast => _repliesLeft == 1;

    public override bool OnReply(in RespValue reply)
    {
        if (--_repliesLeft > 0)
        {
            // "+OK" for MULTI, "+QUEUED" for the commands; the first refusal tells why EXEC will abort.
            _refusal ??= reply.IsError ? reply.AsString() : null;
            return false;
        }

        return reply.IsError ? Fail(new RedisServerException(_refusal is null ? reply.AsString()! : $"{reply.AsString()} ({_refusal})"))
            : Return(reply.IsNull ? new TransactionResult(false, []) : new TransactionResult(true, reply.Items.ToArray()));
    }

    public override bool OnTooLarge(RedisProtocolException reason) => --_repliesLeft == 0 && Fail(reason);
}
