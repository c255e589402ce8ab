using System.Security.Cryptography;

using Microsoft.Extensions.Options;

using VerificationCodes;

namespace RedisSessionWeb.KeyRing;

/// <summary>
/// The server's keys (<c>Verification:Keys</c>, checked at start), each turned into one that seals the key ring:
/// nothing in Redis opens it.
/// </summary>
internal sealed class KeyRingSecrets(IOptions<VerificationOptions> options)
{
    private readonly List<(string Name, byte[] Key)> _keys = [.. options.Value.Keys.Select(Derive)];

    /// <summary>Whether there is a key to seal with: Development has none.</summary>
    public bool Any => _keys.Count > 0;

    /// <summary>The newest key: it seals.</summary>
    public (string Name, byte[] Key) Current => _keys[0];

    /// <summary>The key of that name, or null when it was dropped.</summary>
    public byte[]? Find(string name) => _keys.Find(key => key.Name == name).Key;

    private static (string Name, byte[] Key) Derive(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var secret = Convert.FromBase64String(text[(colon + 1)..]);
        return (text[..colon], HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "data protection key ring"u8.ToArray()));
    }
}
