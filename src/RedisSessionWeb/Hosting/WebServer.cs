using System.Text;

namespace RedisSessionWeb.Hosting;

/// <summary>How Kestrel reads requests.</summary>
internal static class WebServer
{
    /// <summary>
    /// Reads headers byte by byte instead of as UTF-8: a cookie of another application in GBK, or a city's name from a
    /// proxy, would otherwise refuse the whole request with 400. What this application reads from headers is ASCII and
    /// checked where it is read.
    /// </summary>
    public static void ConfigureWebServer(this WebApplicationBuilder builder) => builder.WebHost.ConfigureKestrel(kestrel =>
    {
        kestrel.AddServerHeader = false;
        kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
    });
}
