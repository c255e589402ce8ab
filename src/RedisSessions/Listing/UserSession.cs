namespace RedisSessions.Users;

/// <summary>What a user is shown of one of their sessions.</summary>
/// <param name="Id">The public id.</param>
/// <param name="SignedInAt">When the user signed in to it.</param>
/// <param name="LastSeenAt">When it was last renewed: the last request, to within the renewal interval.</param>
/// <param name="ExpiresAt">When it ends without a further request.</param>
/// <param name="UserAgent">The browser at sign-in, cut at 200 characters; <see langword="null"/> where it sent none.</param>
/// <param name="Address">The remote address at sign-in; <see langword="null"/> where unknown.</param>
public sealed record UserSession(
    string Id,
    DateTimeOffset SignedInAt,
    DateTimeOffset LastSeenAt,
    DateTimeOffset ExpiresAt,
    string? UserAgent,
    string? Address);
