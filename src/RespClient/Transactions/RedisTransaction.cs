using System.Runtime.InteropServices;

using RespClient.Queue;
using RespClient.Wire;

namespace RespClient.Transactions;

/// <summary>
/// Commands that run as one: no other client's command comes between them. They are sent in one piece with the last
/// step, so a lost connection never leaves a part of them. Not for concurrent use, and for one execution.
/// </summary>
/// <remarks>
/// The first transaction of a connection tries before it whether the server takes transactions, which is one more round
/// trip: commands started after it may run before it. Where MULTI is refused nothing runs.
/// </remarks>
public sealed class RedisTransaction
{
    private readonly List<RedisCommand> _commands = [new("MULTI")];
    private readonly CommandPipeline _pipeline;
    private readonly TransactionTrial _trial;

    internal RedisTransaction(CommandPipeline pipeline, TransactionTrial trial)
    {
        _pipeline = pipeline;
        _trial = trial;
    }

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
    /// <param name="cancellationToken">Stops waiting; what was written still runs.</param>
    /// <exception cref="InvalidOperationException">It has no command, or was executed already.</exception>
    /// <exception cref="RedisServerException">
    /// A command was refused when it was queued (<see cref="RedisErrorKind.ExecAbort"/>), or MULTI or EXEC was (an ACL, a
    /// proxy): nothing ran. With <see cref="CommandOutcome.OutcomeUnknown"/>: the server took transactions on this
    /// connection before and has refused this MULTI; the message names the commands that ran anyway, each on its own.
    /// </exception>
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

        _commands.Add(new RedisCommand("EXEC"));
        return TryExecute(null, cancellationToken, out var result) ? result : TryFirstAsync(cancellationToken);
    }

    /// <summary>Sends it, if the present connection takes transactions.</summary>
    private bool TryExecute(TimeSpan? timeout, CancellationToken cancellationToken, out ValueTask<TransactionResult> result)
    {
        var pending = new PendingTransaction(_commands);
        result = pending.Task;
        if (!_pipeline.TryEnqueue(pending, CollectionsMarshal.AsSpan(_commands), timeout, isTransaction: true))
        {
            return false;
        }

        pending.CancelWith(cancellationToken);
        return true;
    }

    // All of it within one time-out. What was tried may have been lost, or the connection since: then it is tried again.
    private async ValueTask<TransactionResult> TryFirstAsync(CancellationToken cancellationToken)
    {
        var started = _pipeline.Time.GetTimestamp();
        for (var left = _trial.Timeout; ; left = Left(started))
        {
            try
            {
                await _trial.RunAsync(left).WaitAsync(cancellationToken);
            }
            catch (RedisConnectionException e) when (e.Outcome == CommandOutcome.OutcomeUnknown && Left(started) != TimeSpan.Zero)
            {
                continue;
            }
            catch (RedisException e) when (e is not RedisServerException)
            {
                // However the trial ended, nothing of the transaction was sent.
                throw e is RedisTimeoutException
                    ? new RedisTimeoutException($"The transaction (MULTI) was not sent: {e.Message}", CommandOutcome.NotSent)
                    : new RedisConnectionException($"The transaction (MULTI) was not sent: {e.Message}", CommandOutcome.NotSent, e);
            }

            if (Left(started) is var time && time == TimeSpan.Zero)
            {
                throw new RedisTimeoutException(
                    $"The transaction (MULTI) was not sent within {_trial.Timeout.TotalMilliseconds:0} ms.", CommandOutcome.NotSent);
            }

            if (TryExecute(time, cancellationToken, out var result))
            {
                return await result;
            }
        }
    }

    private TimeSpan Left(long started)
    {
        if (_trial.Timeout == Timeout.InfiniteTimeSpan)
        {
            return Timeout.InfiniteTimeSpan;
        }

        var left = _trial.Timeout - _pipeline.Time.GetElapsedTime(started);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void ThrowIfExecuted()
    {
        if (_commands.Count > 1 && _commands[^1].Name == "EXEC")
        {
            throw new InvalidOperationException("The transaction was executed already.");
        }
    }
}
