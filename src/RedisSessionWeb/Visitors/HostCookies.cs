using Microsoft.Extensions.Primitives;

namespace RedisSessionWeb.Visitors;

/// <summary>
/// Gives the application's own cookies the prefix <c>__Host-</c> over HTTPS, as the session's has it: a browser then
/// takes them from this host alone, Secure and for the whole site, and no neighbouring host can plant one.
/// </summary>
/// <remarks>
/// Done where requests come in and answers go out, because the components that own two of the three cookies give them
/// one name for all requests, and over plain HTTP a browser refuses the prefix.
/// </remarks>
internal static class HostCookies
{
    private const string Prefix = "__Host-";

    public static IApplicationBuilder UseHostCookies(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        if (!context.Request.IsHttps)
        {
            return next(context);
        }

        var names = context.RequestServices.GetRequiredService<CookieNames>();
        var cookies = context.Request.Headers.Cookie;
        if (cookies.Count > 0)
        {
            context.Request.Headers.Cookie = new StringValues([.. cookies.Select(header => Read(header!, names))]);
        }

        context.Response.OnStarting(static state =>
        {
            var (headers, names) = ((IHeaderDictionary, CookieNames))state;
            if (headers.SetCookie.Count > 0)
            {
                headers.SetCookie = new StringValues([.. headers.SetCookie.Select(cookie => IsOurs(cookie!, names) ? Prefix + cookie : cookie)]);
            }

            return Task.CompletedTask;
        }, (context.Response.Headers, names));
        return next(context);
    });

    /// <summary>
    /// The prefixed cookies under their plain names; a plain one is ignored, because another host or plain HTTP may
    /// have set it.
    /// </summary>
    private static string Read(string header, CookieNames names) => string.Join("; ", header.Split(';', StringSplitOptions.TrimEntries)
        .Where(pair => !IsOurs(pair, names))
        .Select(pair => pair.StartsWith(Prefix, StringComparison.Ordinal) && IsOurs(pair[Prefix.Length..], names) ? pair[Prefix.Length..] : pair));

    private static bool IsOurs(string pair, CookieNames names) =>
        names.All.Any(name => pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal));
}
