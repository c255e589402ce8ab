using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace RedisSessions.Cookies;

/// <summary>The id in a cookie. Its name carries <c>__Host-</c> where that prefix's conditions hold.</summary>
internal sealed class SessionCookie
{
    // RFC 6265bis, section 4.1.3.2: Secure, the path "/", no domain; the browser holds the server to it.
    private const string HostPrefix = "__Host-";

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
        id = default;
        var headers = context.Request.Headers.Cookie;
        if (headers.Count == 0)
        {
            return CarriedId.None;
        }

        var name = NameFor(context);
        var result = CarriedId.None;
        foreach (var header in headers)
        {
            // A browser that has several cookies of this name sends all of them: the first well-formed one counts.
            foreach (var part in header.AsSpan().Split(';'))
            {
                var pair = header.AsSpan()[part].Trim(' ');
                if (!IsNamed(pair, name))
                {
                    continue;
                }

                if (SessionId.TryParse(pair[(name.Length + 1)..], out id))
                {
                    return CarriedId.Valid;
                }

                result = CarriedId.Malformed;
            }
        }

        return result;
    }

    /// <param name="context">The request.</param>
    /// <param name="id">The secret.</param>
    /// <param name="timeToLive">The cookie's Max-Age; <see langword="null"/>: the cookie ends with the browser.</param>
    public void Issue(HttpContext context, SessionId id, TimeSpan? timeToLive)
    {
        var cookie = Build(context);
        // Whole seconds are all a Max-Age can say: rounded up, so that the cookie never ends before the record.
        cookie.MaxAge = timeToLive is { } time ? TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds)) : null;
        cookie.Expires = null;
        DropEarlier(context);
        context.Response.Cookies.Append(NameFor(context), id.ToSecret(), cookie);
    }

    public void Forget(HttpContext context)
    {
        var cookie = Build(context);
        cookie.MaxAge = TimeSpan.Zero;
        DropEarlier(context);
        context.Response.Cookies.Delete(NameFor(context), cookie);
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
