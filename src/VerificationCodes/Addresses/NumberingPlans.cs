using PhoneNumbers;

namespace VerificationCodes.Addresses;

/// <summary>
/// What numbers there are: libphonenumber's tables. It takes letters, extensions and URIs as well; here it is given digits
/// only, after a plus or of a region.
/// </summary>
internal static class NumberingPlans
{
    // E.164.
    private const int MaxDigits = 15;

    private static PhoneNumberUtil Tables => PhoneNumberUtil.GetInstance();

    /// <summary>A number, and what its plan says of it.</summary>
    /// <param name="Value">In international form.</param>
    /// <param name="Region">Who gives it out.</param>
    /// <param name="IsMobile">Whether it is a mobile number, or may be one.</param>
    public sealed record Entry(string Value, string Region, bool IsMobile);

    /// <summary>Reads the tables, and the rules of some regions: 0.2 s that the first number would have to wait.</summary>
    public static void Load(IEnumerable<string> regions)
    {
        foreach (var region in regions.Where(IsRegion))
        {
            _ = Find(Tables.Format(Tables.GetExampleNumberForType(region, PhoneNumberType.MOBILE), PhoneNumberFormat.E164));
        }
    }

    /// <summary>Whether it is a region that gives out numbers, in capitals as in ISO 3166-1 alpha-2.</summary>
    public static bool IsRegion(string text) => Tables.GetSupportedRegions().Contains(text);

    /// <summary>The digits between the plus and a region's own; empty: no region.</summary>
    public static string CountryCodeOf(string region) => IsRegion(region) ? Digits(Tables.GetCountryCodeForRegion(region)) : "";

    /// <summary>The regions that share a country code, the one it is first of all; none: there is no such code.</summary>
    public static IReadOnlyList<string> RegionsOf(int countryCode) => [.. (Tables.GetRegionCodesForCountryCode(countryCode) ?? []).Where(IsRegion)];

    /// <summary>Finds a number.</summary>
    /// <param name="digits">With <c>+</c>, or digits as dialled inside the region.</param>
    /// <param name="region">The region, in capitals.</param>
    public static Entry? Find(string digits, string? region = null)
    {
        try
        {
            var number = Tables.Parse(digits, region);
            return Tables.IsValidNumber(number)
                ? new Entry(
                    Tables.Format(number, PhoneNumberFormat.E164),
                    Tables.GetRegionCodeForNumber(number),
                    Tables.GetNumberType(number) is PhoneNumberType.MOBILE or PhoneNumberType.FIXED_LINE_OR_MOBILE)
                : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }

    /// <summary>
    /// Numbers that result from taking digits dialled inside the country, or the country code itself, for part of the
    /// number.
    /// </summary>
    public static IReadOnlyList<string> MisreadingsOf(string value)
    {
        var number = Tables.Parse(value, null);
        var code = "+" + Digits(number.CountryCode);
        var national = value[code.Length..];
        var inside = Tables.GetNddPrefixForRegion(Tables.GetRegionCodeForNumber(number), true) ?? "";
        string[] misreadings =
        [
            code + inside + national,
            // The former rule dropped the zero of "06".
            code + inside.TrimStart('0') + national,
            code + code[1..] + national,
            code + code[1..] + inside + national,
        ];
        return [.. misreadings.Distinct().Where(text => text != value && text.Length <= MaxDigits + 1 && (Find(text) is not { } other || other.Value == value))];
    }

    private static string Digits(int code) => code.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
