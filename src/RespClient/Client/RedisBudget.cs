namespace RespClient.Deadlines;

/// <summary>
/// How long one piece of work, such as a request, may wait for Redis in all, however many commands it sends. Commands that
/// run at the same time are counted one by one. Safe for concurrent use.
/// </summary>
/// <param name="limit">The longest it may wait.</param>
public sealed class RedisBudget(TimeSpan limit)
{
    private long _spent;

    /// <summary>What is left; zero or less: nothing is sent any more.</summary>
    internal TimeSpan Left => limit - TimeSpan.FromTicks(Interlocked.Read(ref _spent));

    /// <summary>Counts what was waited for elsewhere.</summary>
    public void Spend(TimeSpan time) => Interlocked.Add(ref _spent, time.Ticks);
}

/// <summary>A client whose commands share the budget of the work that they belong to.</summary>
/// <param name="redis">The client that sends them.</param>
/// <param name="current">The budget of the work that is being done; <see langword="null"/>: each command has its own time-out only.</param>
/// <param name="time">The clock.</param>
public sealed class BudgetedClient(IRedisClient redis, Func<RedisBudget?> current, TimeProvider time) : IRedisClient
{
    /// <inheritdoc/>
    /// <remarks>A command that is to wait for ever counts to no budget.</remarks>
    public ValueTask<Protocol.RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) =>
        command.Timeout != Timeout.InfiniteTimeSpan && current() is { } budget
            ? ExecuteAsync(budget, command, cancellationToken)
            : redis.ExecuteAsync(command, cancellationToken);

    private async ValueTask<Protocol.RespValue> ExecuteAsync(RedisBudget budget, RedisCommand command, CancellationToken cancellationToken)
    {
        var left = budget.Left;
        if (left <= TimeSpan.Zero)
        {
            throw new RedisTimeoutException(
                $"{command.Name} was not sent: there is no time left of what may be waited for Redis.", CommandOutcome.NotSent);
        }

        var started = time.GetTimestamp();
        try
        {
            return await redis.ExecuteAsync(command with { Timeout = command.Timeout < left ? command.Timeout : left }, cancellationToken);
        }
        finally
        {
            budget.Spend(time.GetElapsedTime(started));
        }
    }
}
