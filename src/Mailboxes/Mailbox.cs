using System.Globalization;
using System.Text;

namespace Mailboxes;

/// <summary>
/// One mailbox: the only rule in this repository for what an e-mail address is and which spellings are the same. The
/// libraries that need it compile this file and cannot disagree.
/// </summary>
/// <remarks>
/// RFC 5321 and RFC 6531 without quoted local parts, comments, display names and IP literals; normalised: NFKC, lower
/// case letter by letter, NFKC, the domain in its ASCII form. Mail goes to the normalised form. Two spellings are one
/// mailbox if and only if these forms are equal, so that no two addresses that get different mail are ever taken for one.
/// </remarks>
/// <param name="LocalPart">What stands before the <c>@</c>.</param>
/// <param name="Domain">The domain, in ASCII (<c>xn--…</c> where it is international).</param>
internal readonly record struct Mailbox(string LocalPart, string Domain)
{
    // RFC 5321, 4.5.3.1: local part 64 octets, domain 255, path 256 with its two angle brackets.
    private const int MaxLocalOctets = 64;
    private const int MaxDomainOctets = 253;
    private const int MaxOctets = 254;

    // RFC 5321 (RFC 5322 atext): what may stand in a local part beside letters, digits and dots.
    private const string AtomSymbols = "!#$%&'*+-/=?^_`{|}~";

    // UseStd3AsciiRules: labels of letters, digits and inner hyphens only, each of 1 to 63 octets.
    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    /// <summary>The normalised form.</summary>
    public string Value => LocalPart + "@" + Domain;

    /// <summary>A form for logs: enough to recognise your own, too little to write to.</summary>
    public string Masked => $"{LocalPart[..Rune.GetRuneAt(LocalPart, 0).Utf16SequenceLength]}***@{Domain}";

    /// <summary>
    /// Reads exactly one mailbox. White space and format characters around it are dropped, for they come along when an
    /// address is pasted; anything else that is not part of it is refused, line breaks everywhere.
    /// </summary>
    public static bool TryParse(string? text, out Mailbox mailbox)
    {
        mailbox = default;
        if (text is null || text.Length > 2 * MaxOctets)
        {
            return false;
        }

        text = WithoutMargins(text);
        if (ContainsForbidden(text))
        {
            return false;
        }

        string normalised;
        try
        {
            normalised = text.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return false; // lone surrogates
        }

        var at = normalised.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || at != normalised.LastIndexOf('@'))
        {
            return false;
        }

        if (!IsLocalPart(normalised.AsSpan(0, at)) || !TryGetDomain(normalised[(at + 1)..], out var domain))
        {
            return false;
        }

        mailbox = new Mailbox(normalised[..at], domain);
        return Encoding.UTF8.GetByteCount(mailbox.Value) <= MaxOctets;
    }

    private static string WithoutMargins(string text)
    {
        var runes = text.EnumerateRunes().ToArray();
        var start = 0;
        while (start < runes.Length && IsMargin(runes[start]))
        {
            start++;
        }

        var end = runes.Length;
        while (end > start && IsMargin(runes[end - 1]))
        {
            end--;
        }

        return end - start == runes.Length ? text : string.Concat(runes[start..end]);
    }

    // A line break at an end is an attack, not a slip.
    private static bool IsMargin(Rune rune) => Rune.GetUnicodeCategory(rune) is UnicodeCategory.SpaceSeparator or UnicodeCategory.Format || rune.Value == '\t';

    /// <summary>Control, format (bidi, zero width), private-use and unassigned characters stand in no address.</summary>
    private static bool ContainsForbidden(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
            {
                return true;
            }

            switch (Rune.GetUnicodeCategory(rune))
            {
                case UnicodeCategory.Control:
                case UnicodeCategory.Format:
                case UnicodeCategory.LineSeparator:
                case UnicodeCategory.ParagraphSeparator:
                case UnicodeCategory.PrivateUse:
                case UnicodeCategory.OtherNotAssigned:
                case UnicodeCategory.Surrogate:
                    return true;
            }
        }

        return false;
    }

    private static bool IsLocalPart(ReadOnlySpan<char> local)
    {
        if (Encoding.UTF8.GetByteCount(local) > MaxLocalOctets || local[0] == '.' || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var rune in local.EnumerateRunes())
        {
            var fits = rune.IsAscii
                ? Rune.IsLetterOrDigit(rune) || rune.Value == '.' || AtomSymbols.Contains((char)rune.Value, StringComparison.Ordinal)
                : Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryGetDomain(string text, out string domain)
    {
        domain = "";
        try
        {
            domain = Idn.GetAscii(text).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return false;
        }

        // A single label is a host of a local network; a top label that starts with a digit is an IPv4 address.
        var dot = domain.LastIndexOf('.');
        return domain.Length <= MaxDomainOctets && dot > 0 && dot < domain.Length - 1 && char.IsAsciiLetter(domain[dot + 1]);
    }
}
