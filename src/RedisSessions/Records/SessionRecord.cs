namespace RedisSessions.Records;

/// <summary>
/// A session as Redis has it. Immutable: concurrent requests share one record out of the near cache, and a request that
/// writes keeps its changes beside it. Times are those of Redis' clock.
/// </summary>
internal sealed class SessionRecord
{
    /// <summary>Goes up with each commit; 1 when created.</summary>
    public required long Version { get; init; }

    /// <summary>
    /// Whether the values are all that Redis has at this version. False after a commit that other requests' commits came
    /// before: what those wrote is not in here. Only a whole record may be kept for others.
    /// </summary>
    public bool IsWhole { get; init; } = true;

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset RenewedAt { get; init; }

    public required SessionLifetime Lifetime { get; init; }

    /// <summary>When the session ends however busy it is; <see langword="null"/>: never.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Who is signed in; <see langword="null"/> for an anonymous session.</summary>
    public SessionIdentity? Identity { get; init; }

    /// <summary>The values by key.</summary>
    public required RecordValues Values { get; init; }

    /// <summary>
    /// The values as Redis has them, where they are encrypted: each encryption gives other bytes, and an exact update
    /// compares what is stored. <see langword="null"/> where values are stored as they are.
    /// </summary>
    public RecordValues? SealedValues { get; init; }

    /// <summary>When the record ends if it is not renewed.</summary>
    public DateTimeOffset ExpiresAt
    {
        get
        {
            var idle = RenewedAt + Lifetime.IdleTimeout;
            return Deadline < idle ? Deadline.Value : idle;
        }
    }

    /// <summary>The same record with some values as they were read later.</summary>
    public SessionRecord With(RecordValues values, RecordValues? sealedValues) => new()
    {
        Version = Version,
        IsWhole = false,
        CreatedAt = CreatedAt,
        RenewedAt = RenewedAt,
        Lifetime = Lifetime,
        Deadline = Deadline,
        Identity = Identity,
        Values = values,
        SealedValues = sealedValues,
    };
}

/// <summary>Who is signed in to a session, and what the list of "your sessions" shows of the sign-in.</summary>
/// <param name="UserId">The user; names the index of their sessions. Empty where the principal names none: then it is listed nowhere.</param>
/// <param name="Ticket">The serialized principal with its properties.</param>
/// <param name="UserAgent">The browser at sign-in.</param>
/// <param name="Address">The remote address at sign-in.</param>
/// <param name="ValidatedAt">When the principal was last found to be good.</param>
internal sealed record SessionIdentity(
    string UserId, byte[] Ticket, string? UserAgent, string? Address, DateTimeOffset ValidatedAt);
