namespace RedisSessionWeb.KeyRing;

/// <summary>Where the parts of a sealed key lie: nonce, tag, sealed text.</summary>
internal static class SealedKey
{
    public const string Element = "sealedKey";

    public const string KeyName = "key";

    public const int NonceSize = 12;

    public const int TagSize = 16;

    public const int Overhead = NonceSize + TagSize;

    public static Span<byte> Nonce(byte[] box) => box.AsSpan(0, NonceSize);

    public static Span<byte> Tag(byte[] box) => box.AsSpan(NonceSize, TagSize);

    public static Span<byte> Text(byte[] box) => box.AsSpan(Overhead);
}
