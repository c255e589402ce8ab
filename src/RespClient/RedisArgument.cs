using System.Globalization;
using System.Text;

namespace RespClient;

/// <summary>One argument of a command: text (sent as UTF-8), bytes, or a number (formatted without an allocation).</summary>
public readonly struct RedisArgument : IEquatable<RedisArgument>
{
    private readonly object? _text;
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly long _number;
    private readonly ArgumentKind _kind;

    private enum ArgumentKind : byte
    {
        Bytes,
        Text,
        Integer,
        Double,
    }

    private RedisArgument(string text)
    {
        _text = text;
        _kind = ArgumentKind.Text;
    }

    private RedisArgument(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    private RedisArgument(long number, ArgumentKind kind)
    {
        _number = number;
        _kind = kind;
    }

    /// <summary>The longest text of a number, in bytes.</summary>
    internal const int MaxNumberLength = 32;

    /// <summary>Text, sent as UTF-8.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is null: Redis has no null argument.</exception>
    public static implicit operator RedisArgument(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new RedisArgument(text);
    }

    /// <summary>Bytes, sent as they are.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="bytes"/> is null: Redis has no null argument.</exception>
    public static implicit operator RedisArgument(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new RedisArgument(bytes.AsMemory());
    }

    /// <summary>Bytes, sent as they are; they must not change until the command has completed.</summary>
    public static implicit operator RedisArgument(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>An integer in decimal.</summary>
    public static implicit operator RedisArgument(long number) => new(number, ArgumentKind.Integer);

    /// <summary>An integer in decimal.</summary>
    public static implicit operator RedisArgument(int number) => new(number, ArgumentKind.Integer);

    /// <summary>A floating-point number with all its digits; infinities as <c>+inf</c> and <c>-inf</c>.</summary>
    public static implicit operator RedisArgument(double number) =>
        new(BitConverter.DoubleToInt64Bits(number), ArgumentKind.Double);

    /// <summary>Whether the length is known only once the number is formatted.</summary>
    internal bool IsNumber => _kind >= ArgumentKind.Integer;

    /// <summary>How many bytes <see cref="CopyTo"/> writes: exactly, or at most for a number.</summary>
    internal int MaxByteCount => _kind switch
    {
        ArgumentKind.Bytes => _bytes.Length,
        ArgumentKind.Text => Encoding.UTF8.GetByteCount((string)_text!),
        _ => MaxNumberLength,
    };

    /// <summary>Whether this is a certain ASCII word, in any case.</summary>
    internal bool IsWord(string word) => _kind switch
    {
        ArgumentKind.Text => word.Equals((string)_text!, StringComparison.OrdinalIgnoreCase),
        ArgumentKind.Bytes => Ascii.EqualsIgnoreCase(_bytes.Span, word),
        _ => false,
    };

    /// <summary>The number this is or spells.</summary>
    internal bool TryGetDouble(out double number)
    {
        switch (_kind)
        {
            case ArgumentKind.Integer:
                number = _number;
                return true;
            case ArgumentKind.Double:
                number = BitConverter.Int64BitsToDouble(_number);
                return true;
            default:
                return double.TryParse(ToArray(), NumberStyles.Float, CultureInfo.InvariantCulture, out number);
        }
    }

    /// <summary>Writes the argument's bytes and returns their count.</summary>
    internal int CopyTo(Span<byte> destination)
    {
        switch (_kind)
        {
            case ArgumentKind.Bytes:
                _bytes.Span.CopyTo(destination);
                return _bytes.Length;
            case ArgumentKind.Text:
                return Encoding.UTF8.GetBytes((string)_text!, destination);
            case ArgumentKind.Integer:
                _number.TryFormat(destination, out var written, default, CultureInfo.InvariantCulture);
                return written;
            default:
                return FormatDouble(BitConverter.Int64BitsToDouble(_number), destination);
        }
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
