using System.Collections.Frozen;
using System.Text;

namespace RedisAccounts.Names;

/// <summary>
/// Names that look alike across scripts (Unicode Technical Standard 39). In the key of a name each letter is replaced by the one of
/// another script that it is taken for, Latin first: <c>сара</c> and <c>capa</c> have one key. Within a script all letters
/// stay apart, so that <c>rn</c> and <c>m</c>, <c>σ</c> and <c>ο</c> are different names: of several letters of a script that
/// are taken for one other letter, one is replaced.
/// </summary>
internal static class Lookalikes
{
    private static readonly Table Skeletons = Read();

    /// <summary>The form under which a name is unique. A name of Latin letters is its own key, and so is an address.</summary>
    /// <param name="folded">The name, as <see cref="AddressNormalizer.Fold"/> leaves it.</param>
    public static string KeyOf(string folded)
    {
        // An address is compared letter by letter: mail goes to it.
        if (folded.All(char.IsAscii) || folded.Contains('@', StringComparison.Ordinal))
        {
            return folded;
        }

        return Replace(folded, rune => Skeletons.Taken.GetValueOrDefault(rune, rune));
    }

    /// <summary>
    /// The names of one script that have a key: under these, accounts were kept before letters of other scripts counted.
    /// Rarely more than one.
    /// </summary>
    public static IEnumerable<string> NamesOf(string key)
    {
        if (key.Contains('@', StringComparison.Ordinal))
        {
            yield break;
        }

        foreach (var (script, letters) in Skeletons.Letters)
        {
            var isWhole = true;
            var name = Replace(key, rune =>
            {
                if (letters.TryGetValue(rune, out var letter))
                {
                    return letter;
                }

                isWhole &= Scripts.Of(rune) is not { } own || own == script;
                return rune;
            });
            if (isWhole && name != key)
            {
                yield return name;
            }
        }
    }

    // Decomposed, so that a letter with an accent is taken for another with the same one.
    private static string Replace(string text, Func<Rune, Rune> map)
    {
        var replaced = new StringBuilder(text.Length);
        foreach (var rune in text.Normalize(NormalizationForm.FormD).EnumerateRunes())
        {
            replaced.Append(map(rune).ToString());
        }

        return replaced.ToString().Normalize(NormalizationForm.FormC);
    }

    private static Table Read()
    {
        var taken = new Dictionary<Rune, Rune>();
        var letters = new Dictionary<string, FrozenDictionary<Rune, Rune>>(StringComparer.Ordinal);
        foreach (var (script, pairs) in UnicodeTable.Read("lookalikes.txt"))
        {
            var ofScript = pairs.Select(pair => pair.EnumerateRunes().ToArray()).ToArray();
            letters[script] = ofScript.ToFrozenDictionary(pair => pair[1], pair => pair[0]);
            foreach (var pair in ofScript)
            {
                taken.Add(pair[0], pair[1]);
            }
        }

        return new Table(taken.ToFrozenDictionary(), letters.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <param name="Taken">A letter, and what it is taken for.</param>
    /// <param name="Letters">For each script: what is taken for a letter of it, and that letter.</param>
    private sealed record Table(FrozenDictionary<Rune, Rune> Taken, FrozenDictionary<string, FrozenDictionary<Rune, Rune>> Letters);
}
