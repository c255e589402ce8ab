using System.Globalization;
using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.Primitives;

namespace RedisSessionWeb.Hosting.Requests;

/// <summary>
/// Brings <c>X-Forwarded-For</c> into the form that the framework reads: bare addresses, from the right up to the first
/// element that cannot be read. What stands left of that element is not believed.
/// </summary>
internal static class ForwardedElements
{
    private const string For = "X-Forwarded-For";
    private const string Proto = "X-Forwarded-Proto";

    public static bool IsIn(IHeaderDictionary headers) => headers.ContainsKey(For) || headers.ContainsKey(Proto);

    public static void Normalize(IHeaderDictionary headers)
    {
        var elements = Elements(headers[For]);
        var addresses = new List<string>();
        for (var i = elements.Length - 1; i >= 0 && TryRead(elements[i], out var address); i--)
        {
            addresses.Insert(0, address.ToString());
        }

        headers[For] = new StringValues(addresses.Count == 0 ? null : string.Join(", ", addresses));
        if (addresses.Count < elements.Length)
        {
            // The proxy that wrote the unreadable element has written the scheme beside it as well.
            headers[Proto] = new StringValues(string.Join(", ", Elements(headers[Proto]).TakeLast(addresses.Count + 1)));
        }
    }

    /// <summary>Reads <c>192.0.2.1</c>, <c>192.0.2.1:80</c>, <c>2001:db8::1</c>, <c>[2001:db8::1]:80</c> and <c>::ffff:192.0.2.1:80</c>.</summary>
    private static bool TryRead(string element, out IPAddress address)
    {
        var host = element;
        if (host.StartsWith('['))
        {
            var end = host.IndexOf(']', StringComparison.Ordinal);
            host = end > 0 && (end == host.Length - 1 || IsPort(host.AsSpan(end + 1))) ? host[1..end] : "";
        }
        else if (host.Contains('.', StringComparison.Ordinal) && host.LastIndexOf(':') is var colon && colon > host.LastIndexOf('.'))
        {
            host = IsPort(host.AsSpan(colon)) ? host[..colon] : "";
        }

        // The parser also takes 127.1, 0x7f000001 and zones of link-local addresses.
        if (host.Contains('%', StringComparison.Ordinal)
            || !IPAddress.TryParse(host, out var read)
            || (read.AddressFamily == AddressFamily.InterNetwork && read.ToString() != host))
        {
            address = IPAddress.None;
            return false;
        }

        address = read.IsIPv4MappedToIPv6 ? read.MapToIPv4() : read;
        return true;
    }

    private static bool IsPort(ReadOnlySpan<char> text) =>
        text is [':', .. var digits] && ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static string[] Elements(StringValues header) => string.Join(',', header.ToArray()).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
