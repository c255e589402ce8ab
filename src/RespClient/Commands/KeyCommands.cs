using System.Runtime.CompilerServices;

using RespClient.Queue;

namespace RespClient.Commands;

/// <summary>Commands on keys of any type. Exceptions are those of <see cref="IRedisClient.ExecuteAsync"/>.</summary>
public static class KeyCommands
{
    /// <summary>DEL: how many of the keys existed.</summary>
    public static ValueTask<long> DeleteAsync(this IRedisClient client, ReadOnlySpan<RedisArgument> keys, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("DEL", keys), cancellationToken).AsInt64();

    /// <summary>DEL of one key: whether it existed.</summary>
    public static ValueTask<bool> DeleteAsync(this IRedisClient client, RedisArgument key, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("DEL", key), cancellationToken).AsBoolean();

    /// <summary>UNLINK: as DEL, but Redis frees the memory later, on another thread; how many of the keys existed.</summary>
    public static ValueTask<long> UnlinkAsync(this IRedisClient client, ReadOnlySpan<RedisArgument> keys, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("UNLINK", keys), cancellationToken).AsInt64();

    /// <summary>UNLINK of one key: whether it existed.</summary>
    public static ValueTask<bool> UnlinkAsync(this IRedisClient client, RedisArgument key, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("UNLINK", key), cancellationToken).AsBoolean();

    /// <summary>EXISTS: whether the key exists.</summary>
    public static ValueTask<bool> ExistsAsync(this IRedisClient client, RedisArgument key, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("EXISTS", key), cancellationToken).AsBoolean();

    /// <summary>PEXPIRE: sets the time to live, in whole milliseconds. False: there is no such key.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time to live is not positive.</exception>
    public static ValueTask<bool> PExpireAsync(this IRedisClient client, RedisArgument key, TimeSpan timeToLive, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("PEXPIRE", key, ReplyTask.Milliseconds(timeToLive)), cancellationToken).AsBoolean();

    /// <summary>PTTL: the time to live; <see langword="null"/> if the key does not exist, infinite if it never expires.</summary>
    public static ValueTask<TimeSpan?> PTtlAsync(this IRedisClient client, RedisArgument key, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("PTTL", key), cancellationToken).As<TimeSpan?>(static value => value.AsInt64() switch
        {
            -2 => null,
            -1 => Timeout.InfiniteTimeSpan,
            var milliseconds => TimeSpan.FromMilliseconds(milliseconds),
        });

    /// <summary>TYPE: <c>string</c>, <c>hash</c>, <c>zset</c>, …; <c>none</c> if the key does not exist.</summary>
    public static ValueTask<string> TypeAsync(this IRedisClient client, RedisArgument key, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("TYPE", key), cancellationToken).As(static value => value.AsString()!);

    /// <summary>
    /// SCAN to its end: every key that exists from beginning to end is found, at least once. It does not block the
    /// server, and reads the next page only when the enumeration wants it.
    /// </summary>
    /// <param name="client">Where.</param>
    /// <param name="pattern">A glob such as <c>SESSION:*</c>; <see langword="null"/>: all keys.</param>
    /// <param name="pageSize">About how many keys the server looks at in one step. Default 250, at least 1.</param>
    /// <param name="cancellationToken">Stops the enumeration.</param>
    /// <exception cref="ArgumentOutOfRangeException">The page size is not positive.</exception>
    public static IAsyncEnumerable<byte[]> ScanAsync(
        this IRedisClient client, string? pattern = null, int pageSize = 250, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        return ScanPages(client, pattern ?? "*", pageSize, cancellationToken);
    }

    private static async IAsyncEnumerable<byte[]> ScanPages(
        IRedisClient client, string pattern, int pageSize, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RedisArgument cursor = "0";
        do
        {
            var page = await client.ExecuteAsync(new RedisCommand("SCAN", cursor, "MATCH", pattern, "COUNT", pageSize), cancellationToken);
            var next = page.Items[0].AsBytes()!;
            var keys = page.Items[1];
            for (var index = 0; index < keys.Items.Length; index++)
            {
                yield return keys.Items[index].AsBytes()!;
            }

            if (next.AsSpan().SequenceEqual("0"u8))
            {
                yield break;
            }

            cursor = next;
        }
        while (true);
    }
}
