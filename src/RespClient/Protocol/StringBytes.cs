namespace RespClient.Protocol;

/// <summary>
/// The bytes of a string that arrives in pieces. Memory is taken for what has arrived, at most twice as much, and never for
/// a length that is only claimed.
/// </summary>
internal sealed class StringBytes
{
    private const int FirstCapacity = 4 * 1024;

    private byte[] _bytes = [];
    private int _filled;

    /// <summary>How long it is on the wire, as far as that is known: of all its chunks so far, if it is streamed.</summary>
    public int Length { get; private set; }

    public bool IsFull => _filled == Length;

    /// <summary>Another string begins.</summary>
    public void Clear()
    {
        _bytes = [];
        _filled = 0;
        Length = 0;
    }

    /// <summary>So many more bytes follow.</summary>
    public void Expect(int more)
    {
        Length += more;
        if (_bytes.Length == 0)
        {
            _bytes = more == 0 ? [] : new byte[Math.Min(more, FirstCapacity)];
        }
    }

    /// <summary>Copies what is there of it, and returns how much that is.</summary>
    public int Fill(ReadOnlySpan<byte> input)
    {
        var part = input[..Math.Min(input.Length, Length - _filled)];
        var needed = _filled + part.Length;
        if (needed > _bytes.Length)
        {
            var capacity = Math.Min(Math.Max(needed, 2L * _bytes.Length), Length);
            Array.Resize(ref _bytes, (int)capacity);
        }

        part.CopyTo(_bytes.AsSpan(_filled));
        _filled = needed;
        return part.Length;
    }

    /// <summary>The whole string, which is its taker's.</summary>
    public byte[] Take()
    {
        var bytes = _bytes.Length == _filled ? _bytes : _bytes[.._filled];
        Clear();
        return bytes;
    }
}
