using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace RespClient;

/// <summary>One argument of a command: text (sent as UTF-8), bytes, or a number (formatted without an allocation).</summary>
public readonly struct RedisArgument : IEquatable<RedisArgument>
{
    private static readonly object IntegerMark = new();
    private static readonly object DoubleMark = new();

    // What the argument is, by the type: a string; an array of bytes, of which _number says which part; memory that
    // no array is behind; or that _number is the number itself. Two words, because scripts copy dozens of arguments.
    private readonly object? _payload;
    private readonly long _number;

    private RedisArgument(object? payload, long number = 0)
    {
        _payload = payload;
        _number = number;
    }

    /// <summary>The longest text of a number, in bytes.</summary>
    internal const int MaxNumberLength = 32;

    /// <summary>Text, sent as UTF-8.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null: Redis has no null argument.</exception>
    public static implicit operator RedisArgument(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new RedisArgument((object)text);
    }

    /// <summary>Bytes, sent as they are.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="bytes"/> is null: Redis has no null argument.</exception>
    public static implicit operator RedisArgument(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new RedisArgument(bytes, bytes.Length);
    }

    /// <summary>Bytes, sent as they are; they must not change until the command has completed.</summary>
    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment)
            ? new RedisArgument(segment.Array, ((long)segment.Offset << 32) | (uint)segment.Count)
            : new RedisArgument((object)bytes);

    /// <summary>An integer in decimal.</summary>
    public static implicit operator RedisArgument(long number) => new(IntegerMark, number);

    /// <summary>An integer in decimal.</summary>
    public static implicit operator RedisArgument(int number) => new(IntegerMark, number);

    /// <summary>A floating-point number with all its digits; infinities as <c>+inf</c> and <c>-inf</c>.</summary>
    public static implicit operator RedisArgument(double number) =>
        new(DoubleMark, BitConverter.DoubleToInt64Bits(number));

    /// <summary>Whether the length is known only once the number is formatted.</summary>
    internal bool IsNumber => _payload == IntegerMark || _payload == DoubleMark;

    /// <summary>How many bytes <see cref="CopyTo"/> writes: exactly, or at most for a number.</summary>
    internal int MaxByteCount =>
        _payload is string text ? Encoding.UTF8.GetByteCount(text)
        : IsNumber ? MaxNumberLength
        : Bytes.Length;

    // Of an argument that is bytes.
    private ReadOnlySpan<byte> Bytes => _payload switch
    {
        byte[] bytes => bytes.AsSpan((int)(_number >> 32), (int)_number),
        ReadOnlyMemory<byte> memory => memory.Span,
        _ => default,
    };

    /// <summary>Whether this is a certain ASCII word, in any case.</summary>
    internal bool IsWord(string word) =>
        _payload is string text ? word.Equals(text, StringComparison.OrdinalIgnoreCase) : Ascii.EqualsIgnoreCase(Bytes, word);

    /// <summary>The number this is or spells.</summary>
    internal bool TryGetDouble(out double number)
    {
        if (_payload == IntegerMark)
        {
            number = _number;
            return true;
        }

        if (_payload == DoubleMark)
        {
            number = BitConverter.Int64BitsToDouble(_number);
            return true;
        }

        return double.TryParse(ToArray(), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Writes the argument's bytes and returns their count.</summary>
    internal int CopyTo(Span<byte> destination)
    {
        if (_payload is string text)
        {
            return Encoding.UTF8.GetBytes(text, destination);
        }

        if (_payload == IntegerMark)
        {
            _number.TryFormat(destination, out var written, default, CultureInfo.InvariantCulture);
            return written;
        }

        if (_payload == DoubleMark)
        {
            return FormatDouble(BitConverter.Int64BitsToDouble(_number), destination);
        }

        var bytes = Bytes;
        bytes.CopyTo(destination);
        return bytes.Length;
    }

    /// <summary>The argument's bytes, for diagnostics in tests and for adapters to other clients.</summary>
    public byte[] ToArray()
    {
        var buffer = new byte[MaxByteCount];
        var length = CopyTo(buffer);
        return length == buffer.Length ? buffer : buffer[..length];
    }

    /// <inheritdoc/>
    public bool Equals(RedisArgument other) => ToArray().AsSpan().SequenceEqual(other.ToArray());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RedisArgument other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(ToArray());
        return hash.ToHashCode();
    }

    /// <summary>Whether two arguments have the same bytes on the wire.</summary>
    public static bool operator ==(RedisArgument left, RedisArgument right) => left.Equals(right);

    /// <summary>Whether two arguments differ in their bytes on the wire.</summary>
    public static bool operator !=(RedisArgument left, RedisArgument right) => !left.Equals(right);

    private static int FormatDouble(double number, Span<byte> destination)
    {
        if (double.IsInfinity(number))
        {
            var text = number > 0 ? "+inf"u8 : "-inf"u8;
            text.CopyTo(destination);
            return text.Length;
        }

        number.TryFormat(destination, out var written, "R", CultureInfo.InvariantCulture);
        return written;
    }
}
