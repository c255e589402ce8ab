using System.Buffers.Text;

namespace ForeignReplies.Tests.Shifted.Proxy;

/// <summary>Finds where a RESP2 or RESP3 value ends.</summary>
internal static class RespFrames
{
    private const int Incomplete = -1;

    /// <summary>How many bytes the first value has; 0: it is not complete yet.</summary>
    public static int LengthOf(ReadOnlySpan<byte> bytes) => Math.Max(End(bytes, 0), 0);

    /// <summary>The strings of a command, which is an array of bulk strings.</summary>
    public static IReadOnlyList<Range> StringsOf(ReadOnlySpan<byte> command)
    {
        var strings = new List<Range>();
        var at = EndOfLine(command, 0);
        while (at < command.Length)
        {
            var start = EndOfLine(command, at);
            var length = Number(command[(at + 1)..]);
            strings.Add(start..(start + length));
            at = start + length + 2;
        }

        return strings;
    }

    private static int End(ReadOnlySpan<byte> bytes, int start)
    {
        var next = EndOfLine(bytes, start);
        if (next == Incomplete)
        {
            return Incomplete;
        }

        switch (bytes[start])
        {
            case (byte)'+' or (byte)'-' or (byte)':' or (byte)'_' or (byte)',' or (byte)'#' or (byte)'(':
                return next;
            case (byte)'$' or (byte)'=' or (byte)'!':
                var end = Number(bytes[(start + 1)..]) is >= 0 and var length ? next + length + 2 : next;
                return end <= bytes.Length ? end : Incomplete;
            case (byte)'*' or (byte)'~' or (byte)'>':
                return EndOfAll(bytes, next, Number(bytes[(start + 1)..]));
            case (byte)'%':
                return EndOfAll(bytes, next, 2 * Number(bytes[(start + 1)..]));
            case (byte)'|':
                // Attributes, and then the value that they are about.
                return EndOfAll(bytes, next, (2 * Number(bytes[(start + 1)..])) + 1);
            default:
                throw new InvalidDataException($"'{(char)bytes[start]}' begins no RESP value.");
        }
    }

    private static int EndOfAll(ReadOnlySpan<byte> bytes, int start, int count)
    {
        for (; count > 0 && start != Incomplete; count--)
        {
            start = start < bytes.Length ? End(bytes, start) : Incomplete;
        }

        return start;
    }

    private static int EndOfLine(ReadOnlySpan<byte> bytes, int start) =>
        bytes[start..].IndexOf("\r\n"u8) is >= 0 and var length ? start + length + 2 : Incomplete;

    private static int Number(ReadOnlySpan<byte> bytes) =>
        Utf8Parser.TryParse(bytes, out int number, out _) ? number : throw new InvalidDataException("A length is no number.");
}
