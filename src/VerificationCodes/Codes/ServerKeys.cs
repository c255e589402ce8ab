using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.Options;

namespace VerificationCodes.Codes;

/// <summary>One secret of the server, split into a key per use so that no value of one use stands for another.</summary>
internal sealed class ServerKey
{
    public ServerKey(string name, ReadOnlySpan<byte> secret)
    {
        Name = name;
        Codes = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.ToArray(), 32, info: "codes"u8.ToArray());
        Proofs = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.ToArray(), 32, info: "proofs"u8.ToArray());
        Captchas = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret.ToArray(), 32, info: "captchas"u8.ToArray());
    }

    public string Name { get; }

    public byte[] Codes { get; }

    public byte[] Proofs { get; }

    public byte[] Captchas { get; }
}

/// <summary>The server's keys: the first makes, all check.</summary>
internal sealed class ServerKeys
{
    /// <summary>The fewest bytes of a key: as many as HMAC-SHA-256 puts out (RFC 2104, section 3).</summary>
    public const int MinSecretBytes = 32;

    /// <summary>The most keys accepted at once: every check carries one proof per key.</summary>
    public const int MaxKeys = 3;

    /// <summary>The key of Development where none is configured. It is public: it protects nothing.</summary>
    internal static readonly ServerKey Development =
        new("development", Encoding.ASCII.GetBytes("development only: everybody knows this key"));

    public ServerKeys(IOptions<VerificationOptions> options)
        : this(options.Value.Keys)
    {
    }

    internal ServerKeys(IEnumerable<string> keys)
    {
        All = [.. keys.Select(Parse)];
        if (All.Count == 0)
        {
            All = [Development];
        }
    }

    /// <summary>The key that makes new codes.</summary>
    public ServerKey Current => All[0];

    /// <summary>The keys whose codes are still accepted, the current one first.</summary>
    public IReadOnlyList<ServerKey> All { get; }

    /// <summary>The key of that name, or null when it was dropped.</summary>
    public ServerKey? Find(string name) => All.FirstOrDefault(k => k.Name == name);

    /// <summary>Reads <c>name:base64</c>.</summary>
    /// <returns>The key, or null where it is not one; the value is never repeated in a message.</returns>
    public static ServerKey? TryParse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon is < 1 or > 16 || !text[..colon].All(char.IsAsciiLetterOrDigit))
        {
            return null;
        }

        var secret = new byte[text.Length];
        return Convert.TryFromBase64String(text[(colon + 1)..], secret, out var length) && length >= MinSecretBytes && !IsPlaceholder(secret.AsSpan(0, length))
            ? new ServerKey(text[..colon], secret.AsSpan(0, length))
            : null;
    }

    private static ServerKey Parse(string text) =>
        TryParse(text) ?? throw new ArgumentException("A key is not of the form name:base64 with at least 32 random bytes.", nameof(text));

    /// <summary>Random bytes take many values; a run of one letter or an ASCII sentence is not a key.</summary>
    private static bool IsPlaceholder(ReadOnlySpan<byte> secret)
    {
        var seen = new HashSet<byte>();
        var ascii = true;
        foreach (var b in secret)
        {
            seen.Add(b);
            ascii &= b is >= 32 and < 127;
        }

        return ascii || seen.Count < 12;
    }
}
