namespace RedisSessions.Catalog;

/// <summary>A session without its values.</summary>
/// <param name="Id">The public id.</param>
/// <param name="UserId">Who is signed in; <see langword="null"/> for an anonymous session.</param>
/// <param name="CreatedAt">When it was created, or signed in to.</param>
/// <param name="LastSeenAt">When it was last renewed.</param>
/// <param name="ExpiresAt">When it ends without a further request.</param>
/// <param name="UserAgent">The browser at sign-in; <see langword="null"/> where unknown.</param>
/// <param name="Address">The remote address at sign-in; <see langword="null"/> where unknown.</param>
public sealed record SessionSummary(
    string Id,
    string? UserId,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset ExpiresAt,
    string? UserAgent,
    string? Address);

/// <summary>A page of sessions.</summary>
/// <param name="Sessions">The sessions; may be empty although more pages follow.</param>
/// <param name="NextCursor">Where the next page starts; <see langword="null"/> after the last.</param>
public sealed record SessionPage(IReadOnlyList<SessionSummary> Sessions, string? NextCursor);

/// <summary>A session with its values, decrypted where they are kept encrypted. Not the ticket of who is signed in.</summary>
/// <param name="Summary">The session.</param>
/// <param name="Values">The values by key, as bytes.</param>
/// <param name="Size">Bytes of all names and values.</param>
public sealed record SessionDetails(
    SessionSummary Summary, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Values, int Size);
