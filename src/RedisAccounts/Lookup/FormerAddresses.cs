using System.Globalization;

namespace RedisAccounts.Lookup;

/// <summary>
/// The former rule for addresses, which took some different letters for one (<c>ς</c> and <c>σ</c>). Accounts made by it
/// may still be kept under its forms.
/// </summary>
internal static class FormerAddresses
{
    // RFC 5321, 4.5.3.1
    private const int MaxLocalPart = 64;
    private const int MaxDomain = 253;

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    /// <summary>The forms, other than its own, under which an account with this address may be kept. Nearly always none.</summary>
    /// <param name="address">The normalised address.</param>
    public static IReadOnlyList<string> Of(string address)
    {
        var former = Normalize(address);
        // The domain as people type it: the letters of its ASCII form cannot be taken for others.
        var typed = address.Contains("xn--", StringComparison.Ordinal) ? Normalize(WithUnicodeDomain(address)) : former;
        return (former == address, typed == address || typed == former) switch
        {
            (true, true) => [],
            (true, false) => [typed],
            (false, true) => [former],
            _ => [former, typed],
        };
    }

    /// <summary>The form that the former rule gave an address.</summary>
    public static string Normalize(string address)
    {
        var folded = AddressNormalizer.Fold(address);
        var at = folded.LastIndexOf('@');
        var local = at > 0 ? folded[..at] : "";
        return local.Length is > 0 and <= MaxLocalPart
            && local.All(c => c > ' ' && !char.IsWhiteSpace(c) && !char.IsControl(c) && "@,;:<>()[]\\\"".IndexOf(c) < 0)
            && AsciiDomain(folded[(at + 1)..]) is { } domain
                ? local + "@" + domain
                : folded;
    }

    private static string? AsciiDomain(string text)
    {
        try
        {
            var domain = Idn.GetAscii(text).ToLowerInvariant();
            return domain.Length <= MaxDomain && domain.Contains('.', StringComparison.Ordinal) && domain[^1] != '.' ? domain : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string WithUnicodeDomain(string address)
    {
        var domain = address.LastIndexOf('@') + 1;
        try
        {
            return address[..domain] + Idn.GetUnicode(address[domain..]);
        }
        catch (ArgumentException)
        {
            return address;
        }
    }
}
