using Microsoft.AspNetCore.Http;

using RedisSessions.Basics;

namespace RedisSessions.Composition;

/// <summary>What is wrong with a setting of the session's cookie.</summary>
/// <param name="Key">The setting, below <c>Sessions:Cookie</c>.</param>
/// <param name="Value">What it is set to.</param>
/// <param name="Allowed">What it may be.</param>
/// <param name="HoldsOverHttps">The cookie is good wherever the site is reached over HTTPS only.</param>
internal readonly record struct CookieFault(string Key, object? Value, string Allowed, bool HoldsOverHttps = false);

/// <summary>
/// The settings with which browsers drop a cookie, so that nobody could sign in (RFC 6265bis, sections 4.1 and 5.7), and
/// those that no response can carry.
/// </summary>
internal static class CookieRules
{
    // Written by the session itself, from settings of their own.
    private static readonly string[] Attributes = ["Domain", "Expires", "HttpOnly", "Max-Age", "Path", "SameSite", "Secure"];

    public static IEnumerable<CookieFault> Faults(CookieBuilder cookie)
    {
        var name = cookie.Name;
        if (!HeaderText.IsToken(name))
        {
            yield return new("Name", name, "a name without white space, '=', ';' or ','");
            yield break;
        }

        if (cookie.Path is null || !cookie.Path.StartsWith('/') || !HeaderText.IsAttributeValue(cookie.Path))
        {
            yield return new("Path", cookie.Path, "'/', or a path that begins with it, of visible ASCII characters without ';'");
        }

        if (cookie.Domain is not null && !CookieDomain.TryToAscii(cookie.Domain, out _))
        {
            yield return new("Domain", cookie.Domain, "the name of a host, such as example.com, or nothing for the host that answers");
        }

        if (!Enum.IsDefined(cookie.SameSite))
        {
            yield return new("SameSite", cookie.SameSite, "Unspecified, None, Lax or Strict");
        }

        if (!Enum.IsDefined(cookie.SecurePolicy))
        {
            yield return new("SecurePolicy", cookie.SecurePolicy, "SameAsRequest, Always or None");
        }

        foreach (var extension in cookie.Extensions)
        {
            if (!HeaderText.IsAttributeValue(extension) || Attributes.Contains(extension.Split('=')[0], StringComparer.OrdinalIgnoreCase))
            {
                yield return new("Extensions", extension, "attributes without a setting of their own, such as Partitioned, of visible ASCII characters without ';'");
            }
        }

        foreach (var fault in FaultsOfSecurity(cookie, name!))
        {
            yield return fault;
        }
    }

    private static IEnumerable<CookieFault> FaultsOfSecurity(CookieBuilder cookie, string name)
    {
        bool Has(string prefix) => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

        var isOverHttpsOnly = cookie.SecurePolicy == CookieSecurePolicy.SameAsRequest;
        if (cookie.SecurePolicy != CookieSecurePolicy.Always)
        {
            if (Has("__Host-") || Has("__Secure-") || Has("__Http-"))
            {
                yield return new("SecurePolicy", cookie.SecurePolicy, $"Always, because of the prefix of the name {name}", isOverHttpsOnly);
            }

            if (cookie.SameSite == SameSiteMode.None)
            {
                yield return new("SecurePolicy", cookie.SecurePolicy, "Always, because SameSite is None", isOverHttpsOnly);
            }
        }

        if (Has("__Host-") && cookie.Domain is not null)
        {
            yield return new("Domain", cookie.Domain, $"nothing, because of the prefix of the name {name}");
        }

        if (Has("__Host-") && cookie.Path != "/")
        {
            yield return new("Path", cookie.Path, $"'/', because of the prefix of the name {name}");
        }

        if ((Has("__Http-") || Has("__Host-Http-")) && !cookie.HttpOnly)
        {
            yield return new("HttpOnly", cookie.HttpOnly, $"true, because of the prefix of the name {name}");
        }
    }
}
