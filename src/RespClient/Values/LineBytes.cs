namespace RespClient.Values;

/// <summary>The start of a line whose end has not come.</summary>
internal sealed class LineBytes
{
    /// <summary>The longest line: simple strings, simple errors and big numbers. Redis' own stay below 1 KiB.</summary>
    public const int MaxLength = 64 * 1024;

    private byte[] _bytes = new byte[64];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    public void Keep(ReadOnlySpan<byte> part)
    {
        if (_bytes.Length < Length + part.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + part.Length));
        }

        part.CopyTo(_bytes.AsSpan(Length));
        Length += part.Length;
    }

    public void Clear() => Length = 0;

    /// <summary>Whether a reply can start so.</summary>
    public static bool IsType(byte type) => "+-:$*_#,(=!%~>|.;"u8.Contains(type);
}
