namespace RedisSessions.Authentication;

/// <summary>Tells URLs of this application from those that lead out of it.</summary>
internal static class LocalUrl
{
    /// <summary>
    /// True for a path from the root, such as <c>/account?tab=2</c>. False for other hosts in any disguise: schemes,
    /// <c>//host</c>, <c>/\host</c>, and control characters, which browsers drop.
    /// </summary>
    public static bool IsLocal(string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl);
}
