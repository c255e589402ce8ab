using RespClient.Protocol;
using RespClient.Queue;
using RespClient.Wire;

namespace RespClient.Transactions;

/// <summary>MULTI, the commands and EXEC as one command of the queue, which takes the reply of each.</summary>
internal sealed class PendingTransaction : PendingCommand<TransactionResult>
{
    private readonly IReadOnlyList<RedisCommand> _commands;
    private int _answered;

    // Why there was no transaction, why EXEC will abort, and what ran anyway.
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

        if (reply.IsError)
        {
            _firstRefusal ??= reply.AsString();
            _multiRefusal = _answered == 0 ? _firstRefusal : _multiRefusal;
        }
        else if (!IsQueued(reply))
        {
            NoteRanAlone();
        }

        _answered++;
        return false;
    }

    public override bool OnTooLarge(RedisProtocolException reason)
    {
        if (NextReplyIsLast)
        {
            return Fail(_ranAlone is null ? reason : NotAsOne());
        }

        NoteRanAlone();
        _answered++;
        return false;
    }

    private static bool IsQueued(in RespValue reply) =>
        reply.Kind == RespKind.SimpleString && reply.Bytes.Span.SequenceEqual("QUEUED"u8);

    // MULTI is no command of the caller's, whatever its reply.
    private void NoteRanAlone()
    {
        if (_answered > 0)
        {
            (_ranAlone ??= []).Add(_commands[_answered].Name);
        }
    }

    private RedisServerException NotAsOne()
    {
        var error = _multiRefusal ?? _firstRefusal ?? "ERR";
        return new RedisServerException(error, CommandOutcome.OutcomeUnknown,
            $"{error} The server takes no transactions any more. Of {_commands.Count - 2} commands these have run or may have, each on its own: {string.Join(", ", _ranAlone!)}.");
    }

    private bool OnExec(in RespValue reply)
    {
        // A transaction that was aborted was one. What is refused now may be allowed again: the next one tries first.
        ((CommandPipeline)Owner!).Connection?.TakesTransactions = _multiRefusal is null && _ranAlone is null && (!reply.IsError || _firstRefusal is not null);
        if (_ranAlone is not null)
        {
            return Fail(NotAsOne());
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
}
