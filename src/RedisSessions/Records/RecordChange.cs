namespace RedisSessions.Records;

/// <summary>What one commit does to a record.</summary>
internal sealed class RecordChange
{
    /// <summary>The key of the record.</summary>
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

    /// <summary>None. Shared, so never added to.</summary>
    public static readonly Dictionary<string, byte[]?> NoChanges = [];

    // The near cache, on the reader loop, and then the commit ask for the record afterwards: made once.
    private volatile SessionRecord? _after;

    /// <summary>
    /// The record after this change. It is whole if the version just before it is known: as <see cref="Base"/>, or as
    /// <paramref name="current"/>, where others have changed the record since.
    /// </summary>
    /// <param name="version">The version the commit gave it.</param>
    /// <param name="now">The time of the commit, known where it renews.</param>
    /// <param name="sealedValues">What went to Redis for the values that were set, where values are encrypted.</param>
    /// <param name="current">A record kept in memory; counts only if it is whole and of the version before.</param>
    public SessionRecord After(
        long version, DateTimeOffset? now, Dictionary<string, byte[]?>? sealedValues = null, SessionRecord? current = null)
    {
        if (_after is { } made && made.Version == version)
        {
            return made;
        }

        var before = Base is not null && current is { IsWhole: true } && current.Version == version - 1 ? current : Base;
        return _after = MakeAfter(before, version, now ?? default, sealedValues);
    }

    // What this change leaves alone is as it was in the record before, which others may have changed since the base.
    private SessionRecord MakeAfter(
        SessionRecord? before, long version, DateTimeOffset now, Dictionary<string, byte[]?>? sealedValues)
    {
        var restarts = before is null || Restarts;
        return new SessionRecord
        {
            Version = version,
            IsWhole = before is null || (before.IsWhole && version == before.Version + 1),
            CreatedAt = restarts ? now : before!.CreatedAt,
            RenewedAt = before is null || Renews ? now : before.RenewedAt,
            Lifetime = before is not null && Lifetime == Base!.Lifetime ? before.Lifetime : Lifetime,
            Deadline = restarts ? now + AbsoluteLifetime : before!.Deadline,
            Identity = before is not null && Identity == Base!.Identity ? before.Identity : Identity,
            Values = (before?.Values ?? RecordValues.Empty).With(Values),
            SealedValues = sealedValues is null ? null : (before?.SealedValues ?? RecordValues.Empty).With(sealedValues),
        };
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
