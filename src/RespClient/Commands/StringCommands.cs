using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Commands;

/// <summary>When SET writes.</summary>
public enum SetCondition
{
    /// <summary>In any case.</summary>
    Always,

    /// <summary>Only if the key does not exist (<c>NX</c>).</summary>
    IfMissing,

    /// <summary>Only if the key exists (<c>XX</c>).</summary>
    IfExists,
}

/// <summary>Commands on strings. Exceptions are those of <see cref="IRedisClient.ExecuteAsync"/>.</summary>
public static class StringCommands
{
    /// <summary>GET: the value, or <see langword="null"/> if there is none.</summary>
    public static ValueTask<byte[]?> GetAsync(this IRedisClient client, RedisArgument key, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("GET", key), cancellationToken).AsBytes();

    /// <summary>GET: the value as UTF-8 text, or <see langword="null"/> if there is none.</summary>
    public static ValueTask<string?> GetStringAsync(this IRedisClient client, RedisArgument key, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("GET", key), cancellationToken).AsString();

    /// <summary>MGET: the values in the order of the keys; null replies for missing ones.</summary>
    public static ValueTask<RespValue> GetManyAsync(this IRedisClient client, ReadOnlySpan<RedisArgument> keys, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("MGET", keys), cancellationToken);

    /// <summary>SET. Returns whether the value was written.</summary>
    /// <param name="client">Where.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="timeToLive">Its time to live, in whole milliseconds; <see langword="null"/>: none, and one it had is removed.</param>
    /// <param name="condition">When to write.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time to live is not positive.</exception>
    public static ValueTask<bool> SetAsync(
        this IRedisClient client,
        RedisArgument key,
        RedisArgument value,
        TimeSpan? timeToLive = null,
        SetCondition condition = SetCondition.Always,
        CancellationToken cancellationToken = default)
    {
        var word = condition == SetCondition.IfMissing ? "NX" : "XX";
        var command = (timeToLive, condition) switch
        {
            (null, SetCondition.Always) => new RedisCommand("SET", key, value),
            (null, _) => new RedisCommand("SET", key, value, word),
            ({ } time, SetCondition.Always) => new RedisCommand("SET", key, value, "PX", ReplyTask.Milliseconds(time)),
            ({ } time, _) => new RedisCommand("SET", key, value, "PX", ReplyTask.Milliseconds(time), word),
        };
        return client.ExecuteAsync(command, cancellationToken).AsBoolean();
    }

    /// <summary>GETDEL: the value, which is then gone; <see langword="null"/> if there was none.</summary>
    public static ValueTask<byte[]?> GetDeleteAsync(this IRedisClient client, RedisArgument key, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("GETDEL", key), cancellationToken).AsBytes();

    /// <summary>INCRBY: the number after adding <paramref name="by"/>.</summary>
    public static ValueTask<long> IncrementAsync(this IRedisClient client, RedisArgument key, long by = 1, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("INCRBY", key, by), cancellationToken).AsInt64();
}
