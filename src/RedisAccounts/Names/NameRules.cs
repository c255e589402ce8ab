using System.Globalization;
using System.Text;

namespace RedisAccounts.Names;

/// <summary>
/// What a new name may be: what people see is all there is, and it cannot pass for another name. Of several scripts only
/// those that are written together (UTS 39, 5.2, "highly restrictive").
/// </summary>
internal static class NameRules
{
    private const int MaxLength = 64;

    // Names of living languages have three at most.
    private const int MaxMarks = 4;

    private static readonly string[][] Together =
        [["Latin", "Han", "Hiragana", "Katakana"], ["Latin", "Han", "Bopomofo"], ["Latin", "Han", "Hangul"]];

    // Default_Ignorable_Code_Point where the category does not tell, and what is drawn as a blank without being one.
    private static readonly (int First, int Last)[] Unseen =
    [
        (0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065), (0x2800, 0x2800), (0x3164, 0x3164),
        (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x13441, 0x13442), (0x16FE4, 0x16FE4), (0x1D159, 0x1D159),
        (0xE0000, 0xE0FFF),
    ];

    /// <summary>Whether an account may take it.</summary>
    public static bool IsName(string name)
    {
        var runes = name.EnumerateRunes().ToArray();
        return runes.Length is >= 1 and <= MaxLength
            && IsSeen(name)
            && !name.Contains("  ", StringComparison.Ordinal)
            && HasMarksOnLetters(name)
            && IsWrittenTogether(runes)
            && runes.Where(Rune.IsDigit).Select(digit => digit.Value - (int)Rune.GetNumericValue(digit)).Distinct().Count() <= 1;
    }

    /// <summary>Whether every character can be seen, or is a blank between others.</summary>
    public static bool IsSeen(string text) => text.EnumerateRunes().All(IsSeen) && text[0] != ' ' && text[^1] != ' ';

    /// <summary>Whether nothing of it can be seen: blanks, marks without a letter, and what is not drawn at all.</summary>
    public static bool IsBlank(string text) =>
        text.EnumerateRunes().All(rune => !IsSeen(rune) || rune.Value == ' ' || IsMark(rune));

    private static bool IsSeen(Rune rune) => rune != Rune.ReplacementChar
        && !Unseen.Any(range => rune.Value >= range.First && rune.Value <= range.Last)
        && Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.SpaceSeparator => rune.Value == ' ',
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned => false,
            _ => true,
        };

    private static bool HasMarksOnLetters(string name)
    {
        var (hasBase, marks) = (false, 0);
        foreach (var rune in name.Normalize(NormalizationForm.FormD).EnumerateRunes())
        {
            if (!IsMark(rune))
            {
                (hasBase, marks) = (Rune.IsLetterOrDigit(rune), 0);
            }
            else if (!hasBase || ++marks > MaxMarks)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

    private static bool IsWrittenTogether(Rune[] runes)
    {
        var scripts = runes.Select(Scripts.Of).OfType<string>().Distinct().ToList();
        return scripts.Count <= 1 || Together.Any(together => scripts.All(together.Contains));
    }
}
