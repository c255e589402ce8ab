using RespClient.Queue;

namespace RespClient.Commands;

/// <summary>Commands on sorted sets. Exceptions are those of <see cref="IRedisClient.ExecuteAsync"/>.</summary>
public static class SortedSetCommands
{
    /// <summary>ZADD: whether the member is new; its score is set either way.</summary>
    public static ValueTask<bool> ZAddAsync(this IRedisClient client, RedisArgument key, RedisArgument member, double score, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("ZADD", key, score, member), cancellationToken).AsBoolean();

    /// <summary>ZREM: how many of the members existed.</summary>
    public static ValueTask<long> ZRemAsync(this IRedisClient client, RedisArgument key, ReadOnlySpan<RedisArgument> members, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(ReplyTask.Command("ZREM", [key], members), cancellationToken).AsInt64();

    /// <summary>ZSCORE: the member's score, or <see langword="null"/> if it is not there.</summary>
    public static ValueTask<double?> ZScoreAsync(this IRedisClient client, RedisArgument key, RedisArgument member, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("ZSCORE", key, member), cancellationToken).As<double?>(static value => value.IsNull ? null : value.AsDouble());

    /// <summary>ZCARD: how many members there are.</summary>
    public static ValueTask<long> ZCardAsync(this IRedisClient client, RedisArgument key, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("ZCARD", key), cancellationToken).AsInt64();

    /// <summary>ZRANGE by position: the members from <paramref name="start"/> to <paramref name="stop"/>, both included; -1 is the last.</summary>
    public static ValueTask<IReadOnlyList<string>> ZRangeAsync(this IRedisClient client, RedisArgument key, long start, long stop, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("ZRANGE", key, start, stop), cancellationToken).As(ReplyTask.Strings);

    /// <summary>ZRANGEBYSCORE: the members with scores from <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public static ValueTask<IReadOnlyList<string>> ZRangeByScoreAsync(this IRedisClient client, RedisArgument key, double least, double most, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("ZRANGEBYSCORE", key, least, most), cancellationToken).As(ReplyTask.Strings);

    /// <summary>ZREMRANGEBYSCORE: removes the members with such scores, both included; how many there were.</summary>
    public static ValueTask<long> ZRemRangeByScoreAsync(this IRedisClient client, RedisArgument key, double least, double most, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("ZREMRANGEBYSCORE", key, least, most), cancellationToken).AsInt64();
}
