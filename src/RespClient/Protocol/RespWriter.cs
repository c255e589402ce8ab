using System.Buffers.Text;
using System.Text;

namespace RespClient.Protocol;

/// <summary>Writes commands as arrays of bulk strings: lengths before bytes, so no value can become another command.</summary>
internal static class RespWriter
{
    // '$' or '*', ten digits, CRLF; and the CRLF after the bytes.
    private const int HeaderBytes = 13;
    private const int TrailerBytes = 2;

    /// <summary>How many bytes <see cref="Write"/> needs at most.</summary>
    /// <exception cref="ArgumentException">The command would be longer than an array can be.</exception>
    public static int GetMaxByteCount(string name, ReadOnlySpan<RedisArgument> arguments)
    {
        var total = (2L * HeaderBytes) + TrailerBytes + Encoding.UTF8.GetMaxByteCount(name.Length);
        foreach (ref readonly var argument in arguments)
        {
            total += HeaderBytes + TrailerBytes + argument.MaxByteCount;
        }

        return total <= Array.MaxLength ? (int)total : throw new ArgumentException($"The command {name} is {total} bytes long.");
    }

    /// <summary>Writes a command and returns its length.</summary>
    public static int Write(Span<byte> destination, string name, ReadOnlySpan<RedisArgument> arguments)
    {
        var position = WriteHeader(destination, (byte)'*', arguments.Length + 1);
        position += WriteHeader(destination[position..], (byte)'$', Encoding.UTF8.GetByteCount(name));
        position += Encoding.UTF8.GetBytes(name, destination[position..]);
        position += WriteEnd(destination[position..]);
        foreach (ref readonly var argument in arguments)
        {
            position += WriteArgument(destination[position..], argument);
        }

        return position;
    }

    private static int WriteArgument(Span<byte> destination, in RedisArgument argument)
    {
        if (argument.IsNumber)
        {
            Span<byte> digits = stackalloc byte[RedisArgument.MaxNumberLength];
            var length = argument.CopyTo(digits);
            var start = WriteHeader(destination, (byte)'$', length);
            digits[..length].CopyTo(destination[start..]);
            return start + length + WriteEnd(destination[(start + length)..]);
        }

        var position = WriteHeader(destination, (byte)'$', argument.MaxByteCount);
        position += argument.CopyTo(destination[position..]);
        return position + WriteEnd(destination[position..]);
    }

    private static int WriteHeader(Span<byte> destination, byte type, int number)
    {
        destination[0] = type;
        if (number < 10)
        {
            destination[1] = (byte)('0' + number);
            return 2 + WriteEnd(destination[2..]);
        }

        Utf8Formatter.TryFormat(number, destination[1..], out var digits);
        return 1 + digits + WriteEnd(destination[(1 + digits)..]);
    }

    private static int WriteEnd(Span<byte> destination)
    {
        destination[1] = (byte)'\n';
        destination[0] = (byte)'\r';
        return 2;
    }
}
