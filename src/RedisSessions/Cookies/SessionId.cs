using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace RedisSessions.Cookies;

/// <summary>
/// The secret of a session: 256 bits from the system's random generator. In cookie or header it is 43 characters of
/// base64url without padding; nothing else is accepted, so that one secret has one spelling.
/// </summary>
internal readonly struct SessionId : IEquatable<SessionId>
{
    /// <summary>Characters of an id in base64url.</summary>
    public const int TextLength = 43;

    private const int ByteLength = 32;

    private readonly Secret _secret;

    private SessionId(ReadOnlySpan<byte> bytes) => bytes.CopyTo(_secret);

    /// <summary>A new random id.</summary>
    public static SessionId New()
    {
        Span<byte> bytes = stackalloc byte[ByteLength];
        RandomNumberGenerator.Fill(bytes);
        return new SessionId(bytes);
    }

    /// <summary>Reads an id; false for any other length or alphabet, and for a spelling that is not the canonical one.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SessionId id)
    {
        id = default;
        if (text.Length != TextLength || !HasCanonicalEnd(text[^1]))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[ByteLength];
        // The decoder skips white space, and then there are too few bytes.
        if (Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done || written != ByteLength)
        {
            return false;
        }

        id = new SessionId(bytes);
        return true;
    }

    /// <summary>The text for cookie or header. Opens the session: never logged, never shown, never in a URL.</summary>
    public string ToSecret() => Base64Url.EncodeToString(Bytes);

    /// <summary>The public id: the SHA-256 of the secret in base64url. Shown to people, kept in Redis, opens nothing.</summary>
    public string ToPublic() => string.Create(TextLength, this, static (text, id) => id.WritePublic(text));

    /// <summary>Writes what <see cref="ToPublic"/> returns.</summary>
    public void WritePublic(Span<char> text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Bytes, hash);
        Base64Url.EncodeToChars(hash, text);
    }

    /// <summary>Writes what <see cref="ToSecret"/> returns.</summary>
    public void WriteSecret(Span<char> text) => Base64Url.EncodeToChars(Bytes, text);

    /// <summary>A secret for one purpose, from which neither this one nor another follows: 256 bits in base64url.</summary>
    public string Derive(string purpose) =>
        Base64Url.EncodeToString(HKDF.DeriveKey(HashAlgorithmName.SHA256, Bytes.ToArray(), ByteLength, info: Encoding.UTF8.GetBytes(purpose)));

    /// <summary>Whether both are the same, in a time that does not tell where they differ.</summary>
    public bool Equals(SessionId other)
    {
        // No branch depends on the bytes. CryptographicOperations.FixedTimeEquals goes byte by byte, which took 150 ns of
        // each request.
        var left = MemoryMarshal.Cast<byte, ulong>(Bytes);
        var right = MemoryMarshal.Cast<byte, ulong>(other.Bytes);
        return ((left[0] ^ right[0]) | (left[1] ^ right[1]) | (left[2] ^ right[2]) | (left[3] ^ right[3])) == 0;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SessionId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => MemoryMarshal.Read<int>(Bytes);

    /// <summary>The public id: a log line or a debugger must not show the secret.</summary>
    public override string ToString() => ToPublic();

    [UnscopedRef]
    private ReadOnlySpan<byte> Bytes => _secret;

    // 43 characters carry 258 bits: the last two must be zero.
    private static bool HasCanonicalEnd(char last) => "AEIMQUYcgkosw048".Contains(last, StringComparison.Ordinal);

    [InlineArray(ByteLength)]
    private struct Secret
    {
        private byte _first;
    }
}
