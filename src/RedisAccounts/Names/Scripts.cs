using System.Globalization;
using System.Text;

namespace RedisAccounts.Names;

/// <summary>Which script a character is of (Unicode Standard Annex 24).</summary>
internal static class Scripts
{
    private static readonly (int First, int Last, string Script)[] Ranges = [.. Read().OrderBy(range => range.First)];

    /// <summary>The script; <see langword="null"/>: it is common to several (digits, punctuation, marks), or not known.</summary>
    public static string? Of(Rune rune)
    {
        var (low, high) = (0, Ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var (first, last, script) = Ranges[middle];
            if (rune.Value < first)
            {
                high = middle - 1;
            }
            else if (rune.Value > last)
            {
                low = middle + 1;
            }
            else
            {
                return script;
            }
        }

        return null;
    }

    private static IEnumerable<(int First, int Last, string Script)> Read()
    {
        foreach (var (script, ranges) in UnicodeTable.Read("scripts.txt"))
        {
            foreach (var range in ranges)
            {
                var ends = range.Split('-').Select(end => int.Parse(end, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
                yield return (ends[0], ends[^1], script);
            }
        }
    }
}
