using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Commands;

/// <summary>Commands on hashes. Exceptions are those of <see cref="IRedisClient.ExecuteAsync"/>.</summary>
public static class HashCommands
{
    /// <summary>HGETALL: field, value, field, value in <see cref="RespValue.Items"/>; no items if there is no such key.</summary>
    public static ValueTask<RespValue> HGetAllAsync(this IRedisClient client, RedisArgument key, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("HGETALL", key), cancellationToken);

    /// <summary>HGET: the field's value, or <see langword="null"/> if the field or the key is missing.</summary>
    public static ValueTask<byte[]?> HGetAsync(this IRedisClient client, RedisArgument key, RedisArgument field, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("HGET", key, field), cancellationToken).AsBytes();

    /// <summary>HMGET: the values in the order of the fields; null replies for missing ones.</summary>
    public static ValueTask<RespValue> HMGetAsync(this IRedisClient client, RedisArgument key, ReadOnlySpan<RedisArgument> fields, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(ReplyTask.Command("HMGET", [key], fields), cancellationToken);

    /// <summary>HSET of one field: whether the field is new.</summary>
    public static ValueTask<bool> HSetAsync(this IRedisClient client, RedisArgument key, RedisArgument field, RedisArgument value, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("HSET", key, field, value), cancellationToken).AsBoolean();

    /// <summary>HSET of several fields: how many of them are new.</summary>
    /// <param name="client">Where.</param>
    /// <param name="key">The key.</param>
    /// <param name="fieldsAndValues">Field, value, field, value.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static ValueTask<long> HSetAsync(this IRedisClient client, RedisArgument key, ReadOnlySpan<RedisArgument> fieldsAndValues, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(ReplyTask.Command("HSET", [key], fieldsAndValues), cancellationToken).AsInt64();

    /// <summary>HDEL: how many of the fields existed.</summary>
    public static ValueTask<long> HDelAsync(this IRedisClient client, RedisArgument key, ReadOnlySpan<RedisArgument> fields, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(ReplyTask.Command("HDEL", [key], fields), cancellationToken).AsInt64();

    /// <summary>HINCRBY: the field's number after adding <paramref name="by"/>.</summary>
    public static ValueTask<long> HIncrementAsync(this IRedisClient client, RedisArgument key, RedisArgument field, long by = 1, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("HINCRBY", key, field, by), cancellationToken).AsInt64();
}
