using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;

namespace VerificationCodes.Codes;

/// <summary>
/// Codes are computed, never stored: a keyed hash of what the code is bound to and a random nonce. Redis keeps the
/// nonce and a proof of the code, and neither reveals anything without the server's key.
/// </summary>
internal static class CodeDerivation
{
    public const int Digits = 6;

    private const uint Codes = 1_000_000;

    // The largest multiple of a million below 2^32: what lies above would make small codes likelier.
    private const uint Limit = uint.MaxValue - uint.MaxValue % Codes;

    // Look-alikes (0 O, 1 I L, U V) left out.
    private const string ReferenceAlphabet = "23456789ABCDEFGHJKMNPQRSTWXYZ";

    /// <summary>128 random bits, for a new code.</summary>
    public static string NewNonce() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    /// <summary>The code: uniform over 000000 to 999999 by rejection sampling.</summary>
    public static string Code(ServerKey key, CodeScope scope, string nonce)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        for (var round = 0; ; round++)
        {
            HMACSHA256.HashData(key.Codes, scope.ToBytes(string.Create(CultureInfo.InvariantCulture, $"{nonce}.{round}")), hash);
            for (var i = 0; i < hash.Length; i += sizeof(uint))
            {
                var draw = BinaryPrimitives.ReadUInt32BigEndian(hash[i..]);
                if (draw < Limit)
                {
                    return (draw % Codes).ToString("D6", CultureInfo.InvariantCulture);
                }
            }
        }
    }

    /// <summary>
    /// What the check script compares in place of the code. Independent of the nonce, so that a check needs no look
    /// at the record first: one round trip, one atomic comparison.
    /// </summary>
    public static string Proof(ServerKey key, CodeScope scope, string code) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(key.Proofs, scope.ToBytes(code)).AsSpan(0, 16));

    /// <summary>A proof that no code has, for the owner who gets a notice instead of a code.</summary>
    public static string ProofOfNothing() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));

    /// <summary>Four characters that tell one message from another, on the page and in the message.</summary>
    public static string Reference(ServerKey key, string nonce)
    {
        var hash = HMACSHA256.HashData(key.Codes, System.Text.Encoding.ASCII.GetBytes("reference " + nonce));
        return string.Create(4, hash, static (span, hash) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = ReferenceAlphabet[hash[i] % ReferenceAlphabet.Length];
            }
        });
    }
}
