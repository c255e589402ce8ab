using System.Text;

namespace RedisSessions.Records;

/// <summary>
/// The strings of session keys. An application has a few dozen, which come with every record that is read: the ones
/// seen lately are kept, each in the one place that its bytes pick, instead of being made anew.
/// </summary>
internal static class KeyNames
{
    private const int Places = 1024;

    // Longer ones are not kept: an application that makes keys out of data must not fill memory with them.
    private const int LongestKept = 64;

    private static readonly string?[] Kept = new string?[Places];

    /// <summary>The key that these bytes of UTF-8 spell.</summary>
    public static string Of(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestKept)
        {
            return Encoding.UTF8.GetString(name);
        }

        // Two threads may both make a string, and either stays.
        ref var place = ref Kept[PlaceOf(name)];
        if (Volatile.Read(ref place) is { } kept && Ascii.Equals(name, kept))
        {
            return kept;
        }

        var key = Encoding.UTF8.GetString(name);
        Volatile.Write(ref place, key);
        return key;
    }

    /// <summary>Whether a key is text: half a surrogate pair has no UTF-8, and what is sent in its place is the same for all halves.</summary>
    public static bool IsText(string key) => FirstHalf(key) < 0;

    /// <exception cref="ArgumentException">The key is no text.</exception>
    public static void RequireText(string key, string parameter)
    {
        if (FirstHalf(key) is var at and >= 0)
        {
            throw new ArgumentException(
                $"A key has half a surrogate pair (U+{(int)key[at]:X4}) at position {at}. It has no UTF-8, so that different keys would become one: use text, or encode what the key is made of.",
                parameter);
        }
    }

    private static int FirstHalf(string key)
    {
        var at = key.AsSpan().IndexOfAnyInRange('\uD800', '\uDFFF');
        while (at >= 0 && at < key.Length && (!char.IsSurrogate(key[at]) || char.IsSurrogatePair(key, at)))
        {
            at += char.IsSurrogate(key[at]) ? 2 : 1;
        }

        return at < key.Length ? at : -1;
    }

    private static uint PlaceOf(ReadOnlySpan<byte> name)
    {
        var hash = (uint)name.Length;
        foreach (var letter in name)
        {
            hash = (hash * 31) + letter;
        }

        return (hash ^ (hash >> 16)) % Places;
    }
}
