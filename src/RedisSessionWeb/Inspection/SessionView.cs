namespace RedisSessionWeb.Inspection;

/// <summary>A session as admins see it; the same words in JSON.</summary>
/// <param name="Id">The public id; opens nothing.</param>
/// <param name="User">
/// The address of the signed-in account, or its id if it is gone; <see langword="null"/>: anonymous.
/// </param>
/// <param name="CreatedAt">When it began, or was signed in to.</param>
/// <param name="LastSeenAt">When it was last renewed.</param>
/// <param name="ExpiresAt">When it ends without a further request.</param>
/// <param name="UserAgent">The browser at sign-in.</param>
/// <param name="Address">The network address at sign-in.</param>
internal sealed record SessionView(
    string Id,
    string? User,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset ExpiresAt,
    string? UserAgent,
    string? Address);

/// <param name="Sessions">The sessions.</param>
/// <param name="Next">The cursor of the next page; <see langword="null"/>: this is the last.</param>
internal sealed record SessionViewPage(IReadOnlyList<SessionView> Sessions, string? Next);

/// <param name="Session">The session.</param>
/// <param name="Size">Bytes of all names and values.</param>
/// <param name="Values">What it holds.</param>
internal sealed record InspectedDetails(SessionView Session, int Size, IReadOnlyList<InspectedValue> Values);

/// <param name="Name">The key.</param>
/// <param name="Size">Bytes of the value.</param>
/// <param name="Value">The value as text, or in hexadecimal where it is none; <see langword="null"/>: not shown.</param>
internal sealed record InspectedValue(string Name, int Size, string? Value);
