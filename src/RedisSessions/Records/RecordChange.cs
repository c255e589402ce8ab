namespace RedisSessions.Records;

/// <summary>What one commit does to a record.</summary>
internal sealed class RecordChange
{
    /// <summary>The public id of the session.</summary>
    public required string Key { get; init; }

    /// <summary>The record as this request knows it; <see langword="null"/>: there is none, and one is created.</summary>
    public SessionRecord? Base { get; init; }

    /// <summary>The key the record moves to; <see langword="null"/>: it stays.</summary>
    public string? NewKey { get; init; }

    /// <summary>Values that are set, or removed where <see langword="null"/>.</summary>
    public Dictionary<string, byte[]?> Values { get; init; } = NoChanges;

    /// <summary>Keys that must still have the value they have in <see cref="Base"/>; else the outcome is a conflict.</summary>
    public IReadOnlyCollection<string> Exact { get; init; } = [];

    /// <summary>Who is signed in from now on.</summary>
    public SessionIdentity? Identity { get; init; }

    /// <summary>Whether the TTL starts anew. Always so for a record that is created.</summary>
    public bool Renews { get; init; }

    public required SessionLifetime Lifetime { get; init; }

    /// <summary>
    /// Whether creation time and absolute deadline start anew, as at sign-in. Always so for a record that is created.
    /// </summary>
    public bool Restarts { get; init; }

    /// <summary>The absolute lifetime where it starts anew; <see langword="null"/>: none.</summary>
    public TimeSpan? AbsoluteLifetime { get; init; }

    /// <summary>None. Nobody adds to it.</summary>
    public static readonly Dictionary<string, byte[]?> NoChanges = [];

    // The commit and the near cache both ask for the record afterwards, on threads of their own: made by whoever is first.
    private volatile SessionRecord? _after;

    /// <summary>The record after this change; whole if nobody else has changed it since <see cref="Base"/>.</summary>
    /// <param name="version">The version the commit gave it.</param>
    /// <param name="now">The time of the commit, known where it renews.</param>
    /// <param name="sealedValues">What went to Redis for the values that were set, where values are encrypted.</param>
    public SessionRecord After(long version, DateTimeOffset? now, Dictionary<string, byte[]?>? sealedValues = null) =>
        _after is { } made && made.Version == version ? made : _after = MakeAfter(version, now ?? default, sealedValues);

    private SessionRecord MakeAfter(long version, DateTimeOffset now, Dictionary<string, byte[]?>? sealedValues)
    {
        var restarts = Base is null || Restarts;
        return new SessionRecord
        {
            Version = version,
            IsWhole = Base is null || (Base.IsWhole && version == Base.Version + 1),
            CreatedAt = restarts ? now : Base!.CreatedAt,
            RenewedAt = Base is null || Renews ? now : Base.RenewedAt,
            Lifetime = Lifetime,
            Deadline = restarts ? now + AbsoluteLifetime : Base!.Deadline,
            Identity = Identity,
            Values = Merged(Base?.Values, Values),
            Size = SizeAfter(),
            SealedValues = sealedValues is null ? null : Merged(Base?.SealedValues, sealedValues),
        };
    }

    private long SizeAfter()
    {
        var size = Base?.Size ?? 0;
        foreach (var (key, value) in Values)
        {
            size += (value is null ? 0 : RecordSize.Of(key, value))
                - (Base is not null && Base.Values.TryGetValue(key, out var before) ? RecordSize.Of(key, before) : 0);
        }

        return size;
    }

    private static IReadOnlyDictionary<string, byte[]> Merged(
        IReadOnlyDictionary<string, byte[]>? values, Dictionary<string, byte[]?> changes)
    {
        var before = values ?? SessionRecord.NoValues;
        if (changes.Count == 0)
        {
            return before;
        }

        var merged = new Dictionary<string, byte[]>(before, StringComparer.Ordinal);
        foreach (var (key, value) in changes)
        {
            if (value is null)
            {
                merged.Remove(key);
            }
            else
            {
                merged[key] = value;
            }
        }

        return merged;
    }
}

/// <summary>How a commit ended.</summary>
internal enum RecordOutcomeKind
{
    /// <summary>Everything of the change is in Redis.</summary>
    Committed,

    /// <summary>The record is gone: destroyed, revoked or expired meanwhile. Nothing was written.</summary>
    Gone,

    /// <summary>A key of <see cref="RecordChange.Exact"/> has another value. Nothing was written.</summary>
    Conflict,
}

/// <summary>The outcome of a commit.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Record">
/// Where committed, the record afterwards; on a conflict, the base with what Redis has for the keys that must be exact.
/// </param>
/// <param name="TimeToLive">The record's TTL, where committed and renewed.</param>
internal readonly record struct RecordOutcome(
    RecordOutcomeKind Kind,
    SessionRecord? Record = null,
    TimeSpan TimeToLive = default);
