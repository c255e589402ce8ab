using Microsoft.AspNetCore.Http;

namespace RedisSessions.Cookies;

/// <summary>What a request carries where an id is expected.</summary>
internal enum CarriedId : byte // every request keeps one
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Something that is no id; Redis is not asked.</summary>
    Malformed,

    /// <summary>An id, known or not.</summary>
    Valid,

    /// <summary>Several cookies of the name with different ids: a browser has them from several domains or paths.</summary>
    Several,
}

/// <summary>
/// Brings the secret id to the client and back: in the cookie, or in the header for a client that sends the header.
/// Never in both.
/// </summary>
internal sealed class SessionCarrier(RedisSessionOptions options)
{
    private readonly SessionCookie _cookie = new(options.Cookie);
    private readonly SessionHeader? _header = options.HeaderName is { } name ? new SessionHeader(name) : null;

    public CarriedId Read(HttpContext context, out SessionId id) => _header?.IsUsedBy(context) is true
        ? _header.Read(context, out id)
        : _cookie.Read(context, out id);

    /// <summary>The ids of a request that carries several, in their order; not more than are looked at.</summary>
    public SessionId[] ReadSeveral(HttpContext context) => _cookie.ReadSeveral(context);

    /// <summary>Gives the client its id and clears others. The remaining lifetime is what Redis has just set.</summary>
    public void Issue(HttpContext context, SessionId id, SessionLifetime lifetime, TimeSpan timeToLive, bool hasSeveral)
    {
        NotStored(context.Response);
        if (_header?.IsUsedBy(context) is true)
        {
            _header.Issue(context, id);
        }
        else
        {
            _cookie.Issue(context, id, lifetime.IsPersistent ? timeToLive : null, hasSeveral);
        }
    }

    /// <summary>Tells the client to forget its id, or all of them.</summary>
    public void Forget(HttpContext context, bool hasSeveral)
    {
        NotStored(context.Response);
        if (_header?.IsUsedBy(context) is true)
        {
            _header.Forget(context);
        }
        else
        {
            _cookie.Forget(context, hasSeveral);
        }
    }

    // A response that carries a secret must not be kept by a cache on the way (RFC 9111, section 5.2.2.5).
    private static void NotStored(HttpResponse response) => response.Headers.CacheControl = "no-cache, no-store";
}
