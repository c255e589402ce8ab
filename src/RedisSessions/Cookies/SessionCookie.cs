using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

using RedisSessions.Basics;

namespace RedisSessions.Cookies;

/// <summary>The id in a cookie. Its name carries <c>__Host-</c> where that prefix's conditions hold.</summary>
internal sealed class SessionCookie
{
    // RFC 6265bis, section 4.1.3.2: Secure, the path "/", no domain; the browser holds the server to it.
    private const string HostPrefix = "__Host-";

    // An attacker who can plant cookies can plant many: no more than these are looked up.
    private const int MostIds = 3;

    private readonly CookieBuilder _builder;
    private readonly string _name;
    private readonly string _securedName;
    private readonly string? _domain;

    public SessionCookie(CookieBuilder builder)
    {
        _builder = builder;
        _name = builder.Name!;
        var mayHavePrefix = builder is { Path: "/", Domain: null } && !_name.StartsWith("__", StringComparison.Ordinal);
        _securedName = mayHavePrefix ? HostPrefix + _name : _name;
        _domain = builder.Domain is { } domain && CookieDomain.TryToAscii(domain, out var ascii) ? ascii : builder.Domain;
    }

    public CarriedId Read(HttpContext context, out SessionId id)
    {
        Span<SessionId> ids = stackalloc SessionId[2];
        var count = Find(context, ids, out var hasMalformed);
        id = count > 0 ? ids[0] : default;
        return count switch
        {
            0 => hasMalformed ? CarriedId.Malformed : CarriedId.None,
            1 => CarriedId.Valid,
            _ => CarriedId.Several,
        };
    }

    public SessionId[] ReadSeveral(HttpContext context)
    {
        Span<SessionId> ids = stackalloc SessionId[MostIds];
        return ids[..Find(context, ids, out _)].ToArray();
    }

    /// <param name="context">The request.</param>
    /// <param name="id">The secret.</param>
    /// <param name="timeToLive">The cookie's Max-Age; <see langword="null"/>: the cookie ends with the browser.</param>
    /// <param name="hasSeveral">The browser has others, which are cleared wherever they may be but in this one's place.</param>
    public void Issue(HttpContext context, SessionId id, TimeSpan? timeToLive, bool hasSeveral)
    {
        var cookie = Build(context);
        // Whole seconds are all a Max-Age can say: rounded up, so that the cookie never ends before the record.
        cookie.MaxAge = timeToLive is { } time ? TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds)) : null;
        cookie.Expires = null;
        DropEarlier(context);
        if (hasSeveral)
        {
            ClearOthers(context);
        }

        // After the others: a browser that takes two places for one keeps what comes last.
        context.Response.Cookies.Append(NameFor(context), id.ToSecret(), cookie);
    }

    public void Forget(HttpContext context, bool hasSeveral)
    {
        var cookie = Build(context);
        cookie.MaxAge = TimeSpan.Zero;
        DropEarlier(context);
        context.Response.Cookies.Delete(NameFor(context), cookie);
        if (hasSeveral)
        {
            ClearOthers(context);
        }
    }

    // Distinct ids in their order, as many as there is room for. Without an object: this is done for each request.
    private int Find(HttpContext context, Span<SessionId> ids, out bool hasMalformed)
    {
        hasMalformed = false;
        var headers = context.Request.Headers.Cookie;
        if (headers.Count == 0)
        {
            return 0;
        }

        var name = NameFor(context);
        var count = 0;
        foreach (var header in headers)
        {
            for (var start = 0; Next(header, name, ref start, out var value);)
            {
                if (!SessionId.TryParse(value, out var id))
                {
                    hasMalformed = true;
                }
                else if (!ids[..count].Contains(id))
                {
                    ids[count++] = id;
                    if (count == ids.Length)
                    {
                        return count;
                    }
                }
            }
        }

        return count;
    }

    // From one occurrence of the name to the next: cookies of others are not gone through one by one.
    private static bool Next(ReadOnlySpan<char> header, string name, ref int start, out ReadOnlySpan<char> value)
    {
        while (header[start..].IndexOf(name) is var at and >= 0)
        {
            var before = header[..(start + at)].TrimEnd(' ');
            start += at + name.Length;
            if (before is [] or [.., ';'] && header[start..] is ['=', ..])
            {
                value = header[(start + 1)..];
                value = (value.IndexOf(';') is var end and >= 0 ? value[..end] : value).TrimEnd(' ');
                return true;
            }
        }

        value = default;
        return false;
    }

    private void ClearOthers(HttpContext context)
    {
        var name = NameFor(context);
        if (name.StartsWith(HostPrefix, StringComparison.OrdinalIgnoreCase))
        {
            return; // a browser has one of that name at most
        }

        foreach (var (domain, path) in CookiePlaces.Of(context.Request, _builder.Path!))
        {
            if (domain != _domain || path != _builder.Path)
            {
                var cookie = Build(context);
                (cookie.Domain, cookie.Path) = (domain, path);
                (cookie.MaxAge, cookie.Expires) = (TimeSpan.Zero, DateTimeOffset.UnixEpoch);
                context.Response.Cookies.Append(name, "", cookie); // Delete would take the lines before out again
            }
        }
    }

    private CookieOptions Build(HttpContext context)
    {
        var cookie = _builder.Build(context);
        cookie.Domain = _domain;
        return cookie;
    }

    private string NameFor(HttpContext context) => _builder.SecurePolicy switch
    {
        CookieSecurePolicy.Always => _securedName,
        CookieSecurePolicy.SameAsRequest when context.Request.IsHttps => _securedName,
        _ => _name,
    };

    private static bool IsNamed(ReadOnlySpan<char> pair, string name) =>
        pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal);

    // A response has at most one cookie of ours, however often the handler commits.
    private void DropEarlier(HttpContext context)
    {
        var headers = context.Response.Headers;
        if (headers.TryGetValue(HeaderNames.SetCookie, out var all))
        {
            var name = NameFor(context);
            headers.SetCookie = new StringValues([.. all.Where(line => !IsNamed(line, name))]);
        }
    }
}
