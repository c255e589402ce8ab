using RespClient;

namespace RedisSessions.Caching.Fields;

/// <summary>A change of single fields of one entry, made in one step.</summary>
internal sealed class FieldWrite
{
    public required string Key { get; init; }

    /// <summary>The key the entry moves to in the same step; <see langword="null"/>: it stays.</summary>
    public string? NewKey { get; init; }

    /// <summary>A sorted set that lists the entry by its expiry; <see langword="null"/>: none, or it need not change.</summary>
    public string? IndexKey { get; init; }

    /// <summary>The TTL the entry gets; <see langword="null"/>: it keeps the one it has.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Whether creation time and deadline start anew.</summary>
    public bool Restarts { get; init; }

    /// <summary>Where they start anew: how far off the deadline is; <see langword="null"/>: none.</summary>
    public TimeSpan? AbsoluteLifetime { get; init; }

    /// <summary>Fields with the value they must have, <see langword="null"/> where they must not exist.</summary>
    public List<KeyValuePair<string, byte[]?>> Expected { get; } = [];

    /// <summary>Fields and the values they get.</summary>
    public List<KeyValuePair<string, RedisArgument>> Set { get; } = [];

    /// <summary>Fields that go.</summary>
    public List<string> Removed { get; } = [];
}

/// <summary>How a <see cref="FieldWrite"/> ended.</summary>
internal enum FieldStatus
{
    /// <summary>There is no such entry any more; nothing was written.</summary>
    Gone = 0,

    /// <summary>Written.</summary>
    Written = 1,

    /// <summary>A field has another value than expected; nothing was written.</summary>
    Conflict = 2,
}

/// <summary>The answer to a <see cref="FieldWrite"/>.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Now">The time by Redis' clock.</param>
/// <param name="TimeToLive">The TTL where it was set; zero where it was left alone.</param>
/// <param name="Version">The entry's version afterwards.</param>
/// <param name="Current">On a conflict: the values of the expected fields, in their order.</param>
internal readonly record struct FieldAnswer(
    FieldStatus Status,
    DateTimeOffset Now = default,
    TimeSpan TimeToLive = default,
    long Version = 0,
    byte[]?[]? Current = null);
