using RespClient.Wire;

namespace RespClient.Transactions;

/// <summary>
/// Finds out, once a connection and only where a transaction is wanted, whether the server takes transactions: a
/// transaction is sent in one piece, so where MULTI is refused (an ACL, a proxy) its commands would run one by one.
/// </summary>
/// <remarks>
/// What is tried is an empty transaction. MULTI and DISCARD would leave the connection in a transaction where DISCARD alone
/// is refused; a refused EXEC ends it.
/// </remarks>
/// <param name="pipeline">The pipeline of the connection.</param>
/// <param name="timeout">How long a transaction may take, its trial included.</param>
internal sealed class TransactionTrial(CommandPipeline pipeline, TimeSpan timeout)
{
    private static readonly RedisCommand[] Empty = [new("MULTI"), new("EXEC")];

    private readonly Lock _gate = new();
    private Task? _underWay;

    /// <summary>How long a transaction may take, its trial included.</summary>
    public TimeSpan Timeout => timeout;

    /// <summary>Completes at once where the present connection has taken a transaction, and otherwise as <see cref="RunAsync"/>.</summary>
    public Task RunIfNeededAsync() => pipeline.Connection is { TakesTransactions: true } ? Task.CompletedTask : RunAsync(timeout);

    /// <summary>Tries it, or joins those who wait for a trial that is under way.</summary>
    /// <param name="within">For a new trial.</param>
    /// <exception cref="RedisServerException">The server does not take transactions.</exception>
    /// <exception cref="RedisException">It is not known.</exception>
    public Task RunAsync(TimeSpan within)
    {
        lock (_gate)
        {
            if (_underWay is not { IsCompleted: false })
            {
                _underWay = TryAsync(within);
                _ = ObserveAsync(_underWay);
            }

            return _underWay;
        }
    }

    // All waiters may have given up.
    private static async Task ObserveAsync(Task trial) => await trial.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task TryAsync(TimeSpan within)
    {
        var empty = new PendingTransaction(Empty);
        var task = empty.Task;
        pipeline.TryEnqueue(empty, Empty, within);
        await task;
    }
}
