using System.Buffers.Text;
using System.Globalization;

namespace RespClient.Values;

/// <summary>The numbers of the protocol, read strictly: no white space, nothing before or after the digits.</summary>
internal static class RespNumbers
{
    /// <summary>A length or count: digits only. Anything that does not fit an <see cref="int"/> reads as its maximum.</summary>
    public static bool TryParseLength(ReadOnlySpan<byte> digits, out int length)
    {
        length = 0;
        if (digits.IsEmpty)
        {
            return false;
        }

        var value = 0L;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = Math.Min((value * 10) + (digit - '0'), int.MaxValue);
        }

        length = (int)value;
        return true;
    }

    public static bool TryParseInteger(ReadOnlySpan<byte> text, out long value)
    {
        // The specification allows a plus sign; Utf8Parser does too, but it also accepts a lone prefix of the text.
        return Utf8Parser.TryParse(text, out value, out var consumed) && consumed == text.Length;
    }

    public static bool TryParseDouble(ReadOnlySpan<byte> text, out double value)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (text.SequenceEqual("inf"u8) || text.SequenceEqual("+inf"u8))
        {
            value = double.PositiveInfinity;
        }
        else if (text.SequenceEqual("-inf"u8))
        {
            value = double.NegativeInfinity;
        }
        else if (text.SequenceEqual("nan"u8) || text.SequenceEqual("-nan"u8))
        {
            // Servers before 7.2 print the sign that the C library gives.
            value = double.NaN;
        }
        else if (text.IsEmpty || !IsNumeric(text[^1]))
        {
            value = 0;
            return false;
        }
        else
        {
            return double.TryParse(text, Style, CultureInfo.InvariantCulture, out value);
        }

        return true;
    }

    public static bool IsBigNumber(ReadOnlySpan<byte> text)
    {
        var digits = text is [(byte)'-' or (byte)'+', ..] ? text[1..] : text;
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange((byte)'0', (byte)'9');
    }

    // Rules out the words ("Infinity", "NaN") that .NET reads and the protocol does not know.
    private static bool IsNumeric(byte last) => last is (>= (byte)'0' and <= (byte)'9') or (byte)'.';
}
