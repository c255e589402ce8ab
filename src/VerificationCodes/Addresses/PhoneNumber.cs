using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace VerificationCodes.Addresses;

/// <summary>
/// A phone number that a country has given out or may give out, in international form (ITU-T E.164): one telephone, one
/// form. <see cref="NumberingPlans"/> says which numbers there are.
/// </summary>
public sealed class PhoneNumber : ContactAddress
{
    // People type separators, but not more than one per digit.
    private const int MaxLength = 40;

    private PhoneNumber(NumberingPlans.Entry entry)
        : base(entry.Value, string.Concat(entry.Value.AsSpan(0, 3), new string('*', entry.Value.Length - 5), entry.Value.AsSpan(entry.Value.Length - 2))) =>
        (Region, TakesTextMessages) = (entry.Region, entry.IsMobile);

    /// <summary>The region that gives it out, in ISO 3166-1 alpha-2, such as <c>DE</c>; <c>001</c> where none does.</summary>
    public string Region { get; }

    /// <summary>Whether it is a mobile number, or may be one where mobile numbers look like all others.</summary>
    internal bool TakesTextMessages { get; }

    /// <summary>What stands before the numbers of a region in international form, such as <c>+49</c>; empty: there is no such region.</summary>
    /// <param name="region">The region, such as <c>DE</c>.</param>
    public static string CountryCodeOf(string region) => NumberingPlans.CountryCodeOf(region) is { Length: > 0 } digits ? "+" + digits : "";

    /// <summary>
    /// Other forms in which a former version of this library may have kept the number: with the digit that is dialled inside the
    /// country, or with the country code twice. None of them is a number of its own. Rarely more than three.
    /// </summary>
    public IReadOnlyList<string> FormerValues() => NumberingPlans.MisreadingsOf(Value);

    /// <summary>
    /// Reads a number. Blanks, dashes, dots, slashes, parentheses, full-width characters and a zero in parentheses
    /// (<c>+44 (0)20 …</c>) are accepted; letters, extensions and <c>tel:</c> are not.
    /// </summary>
    /// <param name="text">What was typed, or <see langword="null"/>.</param>
    /// <param name="number">The number, when the result is <see langword="true"/>.</param>
    /// <param name="region">
    /// Reads it as people in this region write it, such as <c>DE</c>: also with <c>00</c> for the <c>+</c>, and without a
    /// country code, with or without the digit that is dialled inside the country. Empty: <c>00</c> alone. Default
    /// <see langword="null"/>: only international form, <c>+</c> and country code.
    /// </param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out PhoneNumber? number, string? region = null)
    {
        number = null;
        if (!TryClean(text, out var clean))
        {
            return false;
        }

        if (region is not null && clean.StartsWith("00", StringComparison.Ordinal))
        {
            clean = "+" + clean[2..];
        }

        var entry = clean[0] == '+' ? NumberingPlans.Find(clean) : ReadInside(region, clean);
        number = entry is null ? null : new PhoneNumber(entry);
        return number is not null;
    }

    /// <summary>
    /// Digits without a plus. Some begin with the country code all the same: they are read so where that makes a mobile number and
    /// reading them as a number inside the region does not.
    /// </summary>
    private static NumberingPlans.Entry? ReadInside(string? region, string digits)
    {
        if (string.IsNullOrEmpty(region))
        {
            return null;
        }

        var inside = NumberingPlans.Find(digits, region);
        if (inside is { IsMobile: true } || !digits.StartsWith(NumberingPlans.CountryCodeOf(region), StringComparison.Ordinal))
        {
            return inside;
        }

        return NumberingPlans.Find("+" + digits) is { IsMobile: true } outside ? outside : inside;
    }

    /// <summary>Digits, and a <c>+</c> before them where there was one.</summary>
    private static bool TryClean([NotNullWhen(true)] string? text, out string clean)
    {
        clean = "";
        if (text is null || text.Length > MaxLength)
        {
            return false;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            // Full-width forms stand at one distance from ASCII.
            var narrow = c is >= '！' and <= '～' ? (char)(c - '！' + '!') : c;
            if (!IsSilent(narrow))
            {
                plain.Append(narrow);
            }
        }

        clean = plain.ToString();
        return clean.Length > 0 && clean.AsSpan(clean[0] == '+' ? 1 : 0).IndexOfAnyExceptInRange('0', '9') < 0;
    }

    /// <summary>What stands between digits, and the invisible marks that come along with a number copied from contacts.</summary>
    private static bool IsSilent(char c) => c is '.' or '/' or '−' or '(' or ')'
        || char.GetUnicodeCategory(c) is UnicodeCategory.SpaceSeparator or UnicodeCategory.DashPunctuation or UnicodeCategory.Format;
}
