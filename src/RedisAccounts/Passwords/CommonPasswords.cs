using System.Collections.Frozen;
using System.Text;

namespace RedisAccounts.Passwords;

/// <summary>The commonest passwords of eight characters and more (shorter ones fall to the length), in lower case.</summary>
internal static class CommonPasswords
{
    private static readonly FrozenSet<string> Passwords = Read();

    public static int Count => Passwords.Count;

    /// <summary>Whether a password is one of them, in any case or compatibility form.</summary>
    public static bool Contains(string password) =>
        Passwords.Contains(password.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Trim());

    private static FrozenSet<string> Read()
    {
        using var stream = typeof(CommonPasswords).Assembly
            .GetManifestResourceStream(typeof(CommonPasswords), "common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
