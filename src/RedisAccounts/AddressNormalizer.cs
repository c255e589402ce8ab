using System.Globalization;
using System.Text;

using Microsoft.AspNetCore.Identity;

namespace RedisAccounts;

/// <summary>
/// The forms by which accounts are found: compatibility forms (NFKC) and letter cases of one name, and besides these
/// the Unicode and ASCII forms of one domain, are the same.
/// </summary>
internal sealed class AddressNormalizer : ILookupNormalizer
{
    // RFC 5321, 4.5.3.1
    private const int MaxLocalPart = 64;
    private const int MaxDomain = 253;

    private const int ByteOrderMarkSwapped = 0xFFFE;

    private static readonly IdnMapping s_idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    public string? NormalizeName(string? name) => name is null ? null : Fold(name);

    /// <summary>The form of an address; of what is no address, its form as a name, which no account's address has.</summary>
    public string? NormalizeEmail(string? email)
    {
        if (email is null)
        {
            return null;
        }

        var folded = Fold(email);
        return TrySplit(folded, out var local, out var domain) ? local + "@" + domain : folded;
    }

    /// <summary>Whether this can be one mailbox. Whoever sends mail to it parses it more strictly.</summary>
    public static bool IsAddress(string email) => TrySplit(Fold(email), out _, out _);

    private static bool TrySplit(string folded, out string local, out string domain)
    {
        var at = folded.LastIndexOf('@');
        local = at > 0 ? folded[..at] : "";
        domain = "";
        return local.Length is > 0 and <= MaxLocalPart
            && local.All(c => c > ' ' && !char.IsWhiteSpace(c) && !char.IsControl(c) && "@,;:<>()[]\\\"".IndexOf(c) < 0)
            && TryAsciiDomain(folded[(at + 1)..], out domain);
    }

    private static bool TryAsciiDomain(string text, out string domain)
    {
        try
        {
            domain = s_idn.GetAscii(text).ToLowerInvariant();
            return domain.Length <= MaxDomain && domain.Contains('.', StringComparison.Ordinal) && domain[^1] != '.';
        }
        catch (ArgumentException)
        {
            domain = "";
            return false;
        }
    }

    // Upper case first: it joins letters that have two lower-case forms, such as the two sigmas. Half a surrogate
    // pair and U+FFFE, which Normalize refuses with an exception, become the replacement character.
    private static string Fold(string text)
    {
        var whole = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            whole.Append(rune.Value == ByteOrderMarkSwapped ? Rune.ReplacementChar : rune);
        }

        return whole.ToString().Normalize(NormalizationForm.FormKC)
            .ToUpperInvariant().ToLowerInvariant().Normalize(NormalizationForm.FormKC).Trim();
    }
}
