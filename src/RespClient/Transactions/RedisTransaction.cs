using RespClient.Commands;
using RespClient.Pending;
using RespClient.Pipelines;

namespace RespClient.Transactions;

/// <summary>
/// Commands that run as one: nobody else's command comes between them. They are sent in one piece with the last step, so
/// a lost connection never leaves a part of them. Not for concurrent use, and for one execution.
/// </summary>
public sealed class RedisTransaction
{
    private readonly List<RedisCommand> _commands = [new("MULTI")];
    private readonly CommandPipeline _pipeline;

    internal RedisTransaction(CommandPipeline pipeline) => _pipeline = pipeline;

    /// <summary>Adds a command; nothing is sent yet.</summary>
    /// <returns>This transaction.</returns>
    /// <exception cref="InvalidOperationException">The command cannot be part of a transaction, or it was executed already.</exception>
    public RedisTransaction Add(RedisCommand command)
    {
        if (CommandRules.Classify(command) == CommandNeed.Misuse)
        {
            throw CommandRules.Misuse(command);
        }

        ThrowIfExecuted();
        _commands.Add(command);
        return this;
    }

    /// <summary>Runs the commands.</summary>
    /// <param name="cancellationToken">Stops waiting; what was written runs all the same.</param>
    /// <exception cref="InvalidOperationException">It has no command, or was executed already.</exception>
    /// <exception cref="RedisServerException">A command was refused when it was queued (<see cref="RedisErrorKind.ExecAbort"/>): nothing ran.</exception>
    /// <exception cref="RedisException">As <see cref="IRedisClient.ExecuteAsync"/> throws it, for the transaction as a whole.</exception>
    public ValueTask<TransactionResult> ExecuteAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfExecuted();
        if (_commands.Count == 1)
        {
            throw new InvalidOperationException("The transaction has no command.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<TransactionResult>(cancellationToken);
        }

        var pending = new PendingTransaction(_commands.Count - 1);
        _commands.Add(new RedisCommand("EXEC"));
        var task = pending.Task;
        _pipeline.Enqueue(pending, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_commands));
        pending.CancelWith(cancellationToken);
        return task;
    }

    private void ThrowIfExecuted()
    {
        if (_commands.Count > 1 && _commands[^1].Name == "EXEC")
        {
            throw new InvalidOperationException("The transaction was executed already.");
        }
    }
}
