namespace RedisSessions;

/// <summary>How long one session lives without a request, and whether its cookie outlives the browser.</summary>
/// <param name="IdleTimeout">The record's TTL, and the cookie's Max-Age where <paramref name="IsPersistent"/>. 1 second to 400 days.</param>
/// <param name="IsPersistent">
/// Whether the browser keeps the cookie when it is closed. If not, the cookie has no Max-Age and only the record's TTL
/// ends the session.
/// </param>
public readonly record struct SessionLifetime(TimeSpan IdleTimeout, bool IsPersistent)
{
    /// <summary>"Remember me": the cookie has a Max-Age of <paramref name="idleTimeout"/>, the record the same TTL.</summary>
    public static SessionLifetime Remembered(TimeSpan idleTimeout) => new(idleTimeout, IsPersistent: true);

    /// <summary>A cookie that ends with the browser; the record lives for <paramref name="idleTimeout"/> without a request.</summary>
    public static SessionLifetime UntilBrowserCloses(TimeSpan idleTimeout) => new(idleTimeout, IsPersistent: false);

    internal static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    // What browsers keep of a cookie at most: RFC 6265bis, section 5.5.
    internal static readonly TimeSpan Longest = TimeSpan.FromDays(400);

    internal static void Check(SessionLifetime lifetime, string name)
    {
        if (lifetime.IdleTimeout < Shortest || lifetime.IdleTimeout > Longest)
        {
            throw new ArgumentOutOfRangeException(
                name, lifetime.IdleTimeout, "A session lives for 1 second to 400 days without a request.");
        }
    }
}
