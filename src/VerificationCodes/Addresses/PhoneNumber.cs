using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace VerificationCodes.Addresses;

/// <summary>A phone number in international form (ITU-T E.164): <c>+</c>, a country code, at most 15 digits in all.</summary>
public sealed class PhoneNumber : ContactAddress
{
    // E.164 allows 15 digits; no country has numbers of fewer than 7 with its code.
    private const int MinDigits = 7;
    private const int MaxDigits = 15;

    // People type separators; nobody types more than one per digit.
    private const int MaxLength = 40;

    // The zero in front of a number is dialled inside a country only, and part of the number in these two.
    private static readonly string[] CountriesThatKeepTheZero = ["+39", "+378"];

    private PhoneNumber(string value)
        : base(value, string.Concat(value.AsSpan(0, 3), new string('*', value.Length - 5), value.AsSpan(value.Length - 2)))
    {
    }

    /// <summary>
    /// Reads a number. Blanks, dashes, dots, slashes, parentheses, full-width characters and a zero in parentheses
    /// (<c>+44 (0)20 …</c>) are accepted.
    /// </summary>
    /// <param name="text">What was typed, or <see langword="null"/>.</param>
    /// <param name="number">The number, when the result is <see langword="true"/>.</param>
    /// <param name="countryCode">
    /// Reads it as people of this country write it, such as <c>+49</c>: also with <c>00</c> for the <c>+</c>, and without a
    /// country code, with or without the zero that is dialled inside the country. Default <see langword="null"/>: only
    /// international form, <c>+</c> and country code.
    /// </param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out PhoneNumber? number, string? countryCode = null)
    {
        number = null;
        if (!TryClean(text, out var clean))
            return false;
        if (countryCode is null || clean[0] == '+')
            return TryMake(clean, out number);
        if (clean.StartsWith("00", StringComparison.Ordinal))
            return TryMake("+" + clean[2..], out number);
        if (countryCode.Length < 2) // no digit: whatever was typed would pass for international
            return false;
        var national = clean[0] == '0' && !CountriesThatKeepTheZero.Contains(countryCode) ? clean[1..] : clean;
        return TryMake(countryCode + national, out number);
    }

    private static bool TryMake(string clean, out PhoneNumber? number)
    {
        var fits = clean.Length is > MinDigits and <= MaxDigits + 1 && clean[0] == '+' && clean[1] != '0' && clean.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;
        number = fits ? new PhoneNumber(clean) : null;
        return fits;
    }

    /// <summary>Digits, and a <c>+</c> before them where there was one.</summary>
    private static bool TryClean([NotNullWhen(true)] string? text, out string clean)
    {
        clean = "";
        if (text is null || text.Length > MaxLength)
            return false;
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            // Full-width forms stand at one distance from ASCII.
            var narrow = c is >= '！' and <= '～' ? (char)(c - '！' + '!') : c;
            if (!IsSilent(narrow))
                plain.Append(narrow);
        }

        if (plain.Length > 0 && plain[0] == '+' && !CountriesThatKeepTheZero.Any(plain.ToString().StartsWith))
            plain.Replace("(0)", "");
        plain.Replace("(", "").Replace(")", "");
        clean = plain.ToString();
        return clean.Length > 0 && clean.AsSpan(clean[0] == '+' ? 1 : 0).IndexOfAnyExceptInRange('0', '9') < 0;
    }

    /// <summary>What stands between digits, and the invisible marks that come along with a number copied from contacts.</summary>
    private static bool IsSilent(char c) => c is '.' or '/' or '−'
        || char.GetUnicodeCategory(c) is UnicodeCategory.SpaceSeparator or UnicodeCategory.DashPunctuation or UnicodeCategory.Format;
}
