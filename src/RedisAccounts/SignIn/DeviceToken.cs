using System.Buffers.Text;
using System.Security.Cryptography;

namespace RedisAccounts.SignIn;

/// <summary>The secret by which an account recognises a browser: 256 random bits. Redis keeps only its hash.</summary>
internal static class DeviceToken
{
    private const int ByteLength = 32;
    private const int TextLength = 43;

    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(ByteLength));

    /// <summary>What Redis keeps of a token; empty for none and for what cannot be one.</summary>
    public static string Hash(string? token) =>
        token is { Length: TextLength } && Base64Url.IsValid(token) ? AccountKeys.Hash(token) : "";
}
