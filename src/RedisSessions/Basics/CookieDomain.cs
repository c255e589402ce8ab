using System.Globalization;

namespace RedisSessions.Basics;

/// <summary>The domain of a cookie as it stands in the header: in ASCII, as host names travel.</summary>
internal static class CookieDomain
{
    private static readonly IdnMapping Mapping = new() { UseStd3AsciiRules = true };

    /// <param name="domain">A host name, also an international one; a dot in front of it means nothing (RFC 6265bis, section 5.6.3).</param>
    /// <param name="ascii">The same in ASCII.</param>
    /// <returns>False: it is no host name.</returns>
    public static bool TryToAscii(string domain, out string ascii)
    {
        ascii = "";
        try
        {
            ascii = Mapping.GetAscii(domain.StartsWith('.') ? domain[1..] : domain);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
