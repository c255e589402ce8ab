using System.Net;

using Microsoft.AspNetCore.Http;

using RedisSessions.Basics;

namespace RedisSessions.Cookies;

/// <summary>
/// Where a browser may have the cookies that it sends with a request: a <c>Cookie</c> header says neither domain nor path.
/// </summary>
internal static class CookiePlaces
{
    private const int MostParents = 4;
    private const int MostFolders = 4;

    /// <summary>Domains (<see langword="null"/>: this host alone) and paths, each with each.</summary>
    /// <param name="request">The request.</param>
    /// <param name="ownPath">The path that the application sets.</param>
    public static IEnumerable<(string? Domain, string Path)> Of(HttpRequest request, string ownPath)
    {
        var paths = Paths(request).Append(ownPath).Distinct(StringComparer.Ordinal).ToArray();
        return Domains(request.Host.Host).SelectMany(_ => paths, (domain, path) => (domain, path));
    }

    // An address, and a name of one label, are no domains: browsers take them for the host alone.
    private static IEnumerable<string?> Domains(string host)
    {
        yield return null;
        if (IPAddress.TryParse(host, out _) || !CookieDomain.TryToAscii(host.TrimEnd('.'), out var domain))
        {
            yield break;
        }

        for (var i = 0; i < MostParents && domain.Contains('.', StringComparison.Ordinal); i++)
        {
            yield return domain;
            domain = domain[(domain.IndexOf('.', StringComparison.Ordinal) + 1)..];
        }
    }

    private static IEnumerable<string> Paths(HttpRequest request)
    {
        yield return "/";
        var path = request.PathBase.Add(request.Path).ToUriComponent();
        for (var (i, end) = (0, 0); i < MostFolders && end < path.Length; i++)
        {
            end = path.IndexOf('/', end + 1) is var next and > 0 ? next : path.Length;
            if (end > 1 && HeaderText.IsAttributeValue(path[..end]))
            {
                yield return path[..end];
            }
        }
    }
}
