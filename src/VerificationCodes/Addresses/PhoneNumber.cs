using System.Diagnostics.CodeAnalysis;

namespace VerificationCodes.Addresses;

/// <summary>A phone number in international form (ITU-T E.164): <c>+</c>, a country code, at most 15 digits in all.</summary>
public sealed class PhoneNumber : ContactAddress
{
    // E.164 allows 15 digits; no country has numbers of fewer than 7 with its code.
    private const int MinDigits = 7;
    private const int MaxDigits = 15;

    private PhoneNumber(string value)
        : base(value, string.Concat(value.AsSpan(0, 3), new string('*', value.Length - 5), value.AsSpan(value.Length - 2)))
    {
    }

    /// <summary>
    /// Reads a number. Spaces, dashes, dots, parentheses and full-width digits are accepted; a number without
    /// <c>+</c> and country code is not.
    /// </summary>
    /// <param name="text">What was typed, or <see langword="null"/>.</param>
    /// <param name="number">The number, when the result is <see langword="true"/>.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out PhoneNumber? number)
    {
        number = null;
        if (text is null || text.Length > 40)
            return false;
        Span<char> digits = stackalloc char[MaxDigits + 1];
        var count = 0;
        foreach (var c in text.AsSpan().Trim(' '))
        {
            var plain = c is >= '０' and <= '９' ? (char)(c - '０' + '0') : c == '＋' ? '+' : c;
            if (plain is ' ' or '-' or '.' or '(' or ')' && count > 0)
                continue;
            var fits = count == 0 ? plain == '+' : char.IsAsciiDigit(plain) && count <= MaxDigits && !(count == 1 && plain == '0');
            if (!fits)
                return false;
            digits[count++] = plain;
        }

        if (count <= MinDigits)
            return false;
        number = new PhoneNumber(new string(digits[..count]));
        return true;
    }
}
