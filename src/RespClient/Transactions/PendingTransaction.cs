using RespClient.Commands;
using RespClient.Pending;
using RespClient.Protocol;

namespace RespClient.Transactions;

/// <summary>MULTI, the commands and EXEC as one command of the queue, which takes the reply of each.</summary>
internal sealed class PendingTransaction : PendingCommand<TransactionResult>
{
    private readonly IReadOnlyList<RedisCommand> _commands;
    private int _answered;

    // Why there was no transaction, why EXEC will abort, and what ran all the same.
    private string? _multiRefusal;
    private string? _firstRefusal;
    private List<string>? _ranAlone;

    /// <param name="commands">MULTI and EXEC among them.</param>
    public PendingTransaction(IReadOnlyList<RedisCommand> commands)
    {
        _commands = commands;
        Begin();
    }

    public override bool NextReplyIsLast => _answered == _commands.Count - 1;

    public override bool OnReply(in RespValue reply)
    {
        if (NextReplyIsLast)
        {
            return OnExec(reply);
        }

        var index = _answered++;
        if (reply.IsError)
        {
            _firstRefusal ??= reply.AsString();
            _multiRefusal = index == 0 ? _firstRefusal : _multiRefusal;
        }
        else if (index > 0 && !IsQueued(reply))
        {
            (_ranAlone ??= []).Add(_commands[index].Name);
        }

        return false;
    }

    private static bool IsQueued(in RespValue reply) =>
        reply.Kind == RespKind.SimpleString && reply.Bytes.Span.SequenceEqual("QUEUED"u8);

    private bool OnExec(in RespValue reply)
    {
        var wasTransaction = _multiRefusal is null && _ranAlone is null;

        // One that aborts was one. What is refused now may be allowed again: the next one tries first.
        Pipeline!.NoteTransactions(wasTransaction && (!reply.IsError || _firstRefusal is not null));
        if (_ranAlone is not null)
        {
            var error = _multiRefusal ?? _firstRefusal ?? "";
            return Fail(new RedisServerException(error, CommandOutcome.OutcomeUnknown,
                $"{error} The server takes no transactions any more. Of {_commands.Count - 2} commands these have run or may have, each on its own: {string.Join(", ", _ranAlone)}."));
        }

        if (reply.IsError || _multiRefusal is not null)
        {
            return Fail(new RedisServerException(
                _multiRefusal ?? (_firstRefusal is null ? reply.AsString()! : $"{reply.AsString()} ({_firstRefusal})")));
        }

        return reply.Kind switch
        {
            RespKind.Null => Return(new TransactionResult(false, [])),
            RespKind.Array => Return(new TransactionResult(true, reply.Items.ToArray())),
            _ => Fail(new RedisReplyTypeException($"Expected the replies of a transaction but EXEC was answered with {reply}.")),
        };
    }

    public override bool OnTooLarge(RedisProtocolException reason) => --_repliesLeft == 0 && Fail(reason);
}
