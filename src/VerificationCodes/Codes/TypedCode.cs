using System.Globalization;
using System.Text;

namespace VerificationCodes.Codes;

/// <summary>Reads a code as people type and paste it.</summary>
internal static class TypedCode
{
    private const int MaxLength = 64;

    /// <summary>
    /// Six plain digits. Digits of every script are taken, and blanks, dashes and invisible marks between them; before
    /// them a word with a colon, as the message has it, and behind them a full stop.
    /// </summary>
    public static bool TryRead(string text, out string code)
    {
        code = "";
        if (text.Length > MaxLength)
        {
            return false;
        }

        var digits = new StringBuilder(CodeDerivation.Digits);
        foreach (var rune in WithoutWord(WithoutStop(text)).EnumerateRunes())
        {
            if (IsSilent(rune))
            {
                continue;
            }

            if (Rune.GetUnicodeCategory(rune) != UnicodeCategory.DecimalDigitNumber || digits.Length == CodeDerivation.Digits)
            {
                return false;
            }

            digits.Append((int)Rune.GetNumericValue(rune));
        }

        code = digits.ToString();
        return code.Length == CodeDerivation.Digits;
    }

    private static ReadOnlySpan<char> WithoutStop(ReadOnlySpan<char> text)
    {
        var end = text.Length;
        while (end > 0 && IsSilent(new Rune(char.IsSurrogate(text[end - 1]) ? 'x' : text[end - 1])))
        {
            end--;
        }

        return end > 0 && text[end - 1] is '.' or '。' or '．' or '｡' ? text[..(end - 1)] : text;
    }

    private static ReadOnlySpan<char> WithoutWord(ReadOnlySpan<char> text)
    {
        var colon = text.LastIndexOfAny(':', '：');
        foreach (var rune in text[..Math.Max(colon, 0)].EnumerateRunes())
        {
            // A digit before the colon: which digits are the code is not clear.
            if (Rune.IsDigit(rune))
            {
                return text;
            }
        }

        return text[(colon + 1)..];
    }

    /// <summary>Blanks, dashes, and what comes along with pasted text: bidi marks, soft hyphens, zero widths.</summary>
    private static bool IsSilent(Rune rune) => Rune.IsWhiteSpace(rune) || rune.Value == '−'
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.DashPunctuation or UnicodeCategory.Format;
}
