using RespClient.Pipelines;

namespace RespClient.Transactions;

/// <summary>
/// Finds out, once a connection and only where a transaction is wanted, whether the server takes transactions: a
/// transaction is sent in one piece, so where MULTI is refused (an ACL, a proxy) its commands would run one by one.
/// </summary>
/// <remarks>
/// What is tried is an empty transaction. MULTI and DISCARD would leave the connection in a transaction where DISCARD alone
/// is refused; a refused EXEC ends it.
/// </remarks>
internal sealed class TransactionTrial(CommandPipeline pipeline)
{
    private static readonly RedisCommand[] Empty = [new("MULTI"), new("EXEC")];

    private readonly Lock _gate = new();
    private Task? _underWay;

    /// <summary>Tries it, or joins those who wait for a trial that is under way.</summary>
    /// <param name="timeout">For a new trial.</param>
    /// <exception cref="RedisServerException">The server does not take transactions.</exception>
    /// <exception cref="RedisException">It is not known.</exception>
    public Task RunAsync(TimeSpan timeout)
    {
        lock (_gate)
        {
            return _underWay is { IsCompleted: false } ? _underWay : _underWay = TryAsync(timeout);
        }
    }

    private async Task TryAsync(TimeSpan timeout)
    {
        var empty = new PendingTransaction(Empty);
        var task = empty.Task;
        pipeline.Enqueue(empty, Empty, timeout);
        await task;
    }
}
