using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace VerificationCodes.Addresses;

/// <summary>
/// One e-mail mailbox, parsed (RFC 5321 and RFC 6531 without quoted local parts, comments, display names and IP
/// literals) and normalised: NFKC, lower case, the domain in its ASCII form.
/// </summary>
/// <remarks>
/// Messages go to the normalised form and never to what was typed: an address that only looks like an account's
/// (a full-width letter, a dotless i folded away) can then not receive that account's mail.
/// </remarks>
public sealed class EmailAddress : ContactAddress
{
    // RFC 5321, 4.5.3.1: local part 64 octets, domain 255, path 256 with its two angle brackets.
    private const int MaxLocalOctets = 64;
    private const int MaxDomainOctets = 253;
    private const int MaxOctets = 254;

    // RFC 5321 (RFC 5322 atext): what may stand in a local part beside letters, digits and dots.
    private const string AtomSymbols = "!#$%&'*+-/=?^_`{|}~";

    // UseStd3AsciiRules: labels of letters, digits and inner hyphens only, each of 1 to 63 octets.
    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    private EmailAddress(string value, int at)
        : base(value, $"{value[..Rune.GetRuneAt(value, 0).Utf16SequenceLength]}***{value[at..]}")
    {
        LocalPart = value[..at];
        Domain = value[(at + 1)..];
    }

    /// <summary>What stands before the <c>@</c>.</summary>
    public string LocalPart { get; }

    /// <summary>The domain, in ASCII (<c>xn--…</c> where it is international).</summary>
    public string Domain { get; }

    /// <summary>Reads exactly one mailbox. Blanks around it are dropped; anything else that is not part of it is refused.</summary>
    /// <param name="text">What was typed, or <see langword="null"/>.</param>
    /// <param name="address">The address, when the result is <see langword="true"/>.</param>
    /// <returns>Whether it is one mailbox.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = null;
        // Looked at before trimming: a line break at an end is an attack, not a slip.
        if (text is null || text.Length > 2 * MaxOctets || ContainsForbidden(text))
            return false;
        string normalised;
        try
        {
            normalised = text.Trim(' ').Normalize(NormalizationForm.FormKC).ToLowerInvariant().Normalize(NormalizationForm.FormKC);
        }
        catch (ArgumentException)
        {
            return false; // lone surrogates
        }

        var at = normalised.IndexOf('@', StringComparison.Ordinal);
        if (at <= 0 || at != normalised.LastIndexOf('@'))
            return false;
        if (!IsLocalPart(normalised.AsSpan(0, at)) || !TryGetDomain(normalised[(at + 1)..], out var domain))
            return false;
        var value = string.Concat(normalised.AsSpan(0, at), "@", domain);
        if (Encoding.UTF8.GetByteCount(value) > MaxOctets)
            return false;
        address = new EmailAddress(value, at);
        return true;
    }

    /// <summary>Control, format (bidi, zero width), private-use and unassigned characters stand in no address.</summary>
    private static bool ContainsForbidden(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
                return true;
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
            return false;
        foreach (var rune in local.EnumerateRunes())
        {
            var fits = rune.IsAscii
                ? Rune.IsLetterOrDigit(rune) || rune.Value == '.' || AtomSymbols.Contains((char)rune.Value, StringComparison.Ordinal)
                : Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
            if (!fits)
                return false;
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

        // A single label is a host of someone's own network; a top label that starts with a digit is an IPv4 address.
        var dot = domain.LastIndexOf('.');
        return domain.Length <= MaxDomainOctets && dot > 0 && dot < domain.Length - 1 && char.IsAsciiLetter(domain[dot + 1]);
    }
}
