using Microsoft.Extensions.Options;

using RedisSessions;

namespace RedisSessionWeb.Visitors;

/// <summary>
/// The names of the application's own cookies. They begin with the name of the session's: browsers do not tell the ports of
/// a host apart, so that two applications there have no cookie in common where their sessions have different names.
/// </summary>
internal sealed class CookieNames
{
    // Those that a browser believes under conditions, which the session's cookie meets with settings of its own.
    private static readonly string[] Prefixes = ["__Host-Http-", "__Host-", "__Http-", "__Secure-"];

    public CookieNames(IOptions<RedisSessionOptions> sessions)
    {
        var name = sessions.Value.Cookie.Name!;
        var prefix = Prefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) ?? "";
        var plain = name[prefix.Length..];
        (Form, Language, Device) = (plain + "-form", plain + "-lang", plain + "-device");
        All = [Form, Language, Device];
    }

    /// <summary>The token against forged forms.</summary>
    public string Form { get; }

    /// <summary>The chosen language.</summary>
    public string Language { get; }

    /// <summary>What accounts know this browser by.</summary>
    public string Device { get; }

    public IReadOnlyList<string> All { get; }
}
