using RespClient.Protocol;

namespace RespClient.Tracking;

/// <summary>What a <see cref="TrackedCache{TKey,TValue}"/> needs to know about the records it keeps.</summary>
/// <typeparam name="TKey">What names a record: the Redis key as text, or anything from which it can be made.</typeparam>
/// <typeparam name="TValue">The parsed record. Shared by all readers at once, so it must be immutable.</typeparam>
/// <remarks>
/// <see cref="Parse"/> and <see cref="TryParseKey"/> are called on the reader loop of the connection, between two
/// replies: they must be quick and must not wait.
/// </remarks>
public interface ITrackedRecords<TKey, TValue>
    where TKey : notnull
    where TValue : class
{
    /// <summary>
    /// The one command that reads a record, such as <c>HGETALL SESSION:x</c>. It must be marked read-only by Redis
    /// (<c>COMMAND INFO</c>) and name one key: the server tracks what such commands read. (<c>GETEX</c> is not tracked.)
    /// </summary>
    RedisCommand Read(TKey key);

    /// <summary>Finds the record that a Redis key names, for invalidations.</summary>
    /// <param name="redisKey">The key as the server sends it.</param>
    /// <param name="key">The record's name.</param>
    /// <returns>False: not one of these records.</returns>
    bool TryParseKey(ReadOnlySpan<byte> redisKey, out TKey key);

    /// <summary>Turns the reply to <see cref="Read"/> into a record, and says whether and for how long to keep it.</summary>
    /// <returns>
    /// What readers get. An exception goes to the readers that wait for this reply, and nothing is kept.
    /// </returns>
    TrackedItem<TValue> Parse(TKey key, in RespValue reply);
}

/// <summary>A parsed record and how to keep it.</summary>
/// <typeparam name="TValue">The parsed record.</typeparam>
public readonly record struct TrackedItem<TValue>
    where TValue : class
{
    internal TrackedItem(TValue? value, int sizeInBytes, DateTimeOffset? expiresAt, bool isKept, bool isUnchanged = false)
    {
        Value = value;
        SizeInBytes = sizeInBytes;
        ExpiresAt = expiresAt;
        IsKept = isKept;
        IsUnchanged = isUnchanged;
    }

    /// <summary>The record; <see langword="null"/>: there is none.</summary>
    public TValue? Value { get; }

    /// <summary>About how many bytes of memory the record takes.</summary>
    public int SizeInBytes { get; }

    /// <summary>
    /// When the record ends, by the clock of this process; <see langword="null"/>: never. No hit is served after it:
    /// the server's invalidation of an expired key comes up to a second late.
    /// </summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>Whether the cache may keep the record.</summary>
    public bool IsKept { get; }

    /// <summary>Whether what the cache keeps stays as it is.</summary>
    internal bool IsUnchanged { get; }
}

/// <summary>Makes a <see cref="TrackedItem{TValue}"/>.</summary>
public static class TrackedItem
{
    /// <summary>A record to keep.</summary>
    /// <param name="value">The record.</param>
    /// <param name="sizeInBytes">About how many bytes of memory it takes, 0 or more; the cache adds its own share.</param>
    /// <param name="expiresAt">When it ends; <see langword="null"/>: never.</param>
    public static TrackedItem<TValue> Keep<TValue>(TValue value, int sizeInBytes, DateTimeOffset? expiresAt)
        where TValue : class
    {
        ArgumentNullException.ThrowIfNull(value);
        ArgumentOutOfRangeException.ThrowIfNegative(sizeInBytes);
        return new TrackedItem<TValue>(value, sizeInBytes, expiresAt, isKept: true);
    }

    /// <summary>A write has found that it must change nothing: what is kept of the record is still right.</summary>
    public static TrackedItem<TValue> Unchanged<TValue>()
        where TValue : class => new(null, 0, null, isKept: false, isUnchanged: true);

    /// <summary>A record (or none) that readers get and the cache does not keep.</summary>
    public static TrackedItem<TValue> DoNotKeep<TValue>(TValue? value = null)
        where TValue : class => new(value, 0, null, isKept: false);
}
