namespace RespClient.Protocol;

/// <summary>The short way for the most frequent reply: a bulk string that lies whole in the receive buffer.</summary>
internal static class ScalarFrame
{
    // '$', at most ten digits, CRLF.
    private const int LongestHeader = 13;

    public enum Outcome
    {
        /// <summary>Anything else: the full reader decides what it is.</summary>
        Other,

        /// <summary>The start of one that will fit: look again when more has arrived. Nothing was scanned but its header.</summary>
        Incomplete,

        /// <summary>A whole one.</summary>
        Bulk,
    }

    /// <param name="input">The received bytes; not empty.</param>
    /// <param name="maxBulkBytes">Longer ones are left to the full reader, to refuse.</param>
    /// <param name="capacity">What the receive buffer can hold.</param>
    /// <param name="length">The bytes of the whole frame.</param>
    /// <param name="bulk">The string.</param>
    public static Outcome Read(ReadOnlySpan<byte> input, int maxBulkBytes, int capacity, out int length, out ReadOnlySpan<byte> bulk)
    {
        length = 0;
        bulk = default;
        if (input[0] != '$')
        {
            return Outcome.Other;
        }

        var size = 0L;
        for (var index = 1; index < input.Length && index < LongestHeader; index++)
        {
            var digit = input[index] - '0';
            if ((uint)digit <= 9)
            {
                size = (size * 10) + digit;
                continue;
            }

            if (index == 1 || input[index] != '\r')
            {
                return Outcome.Other;
            }

            var start = index + 2;
            var end = start + size + 2;
            if (size > maxBulkBytes || end > capacity)
            {
                return Outcome.Other;
            }

            if (end > input.Length)
            {
                return Outcome.Incomplete;
            }

            length = (int)end;
            bulk = input.Slice(start, (int)size);
            return input[index + 1] == '\n' && input[length - 2] == '\r' && input[length - 1] == '\n' ? Outcome.Bulk : Outcome.Other;
        }

        return input.Length < LongestHeader ? Outcome.Incomplete : Outcome.Other;
    }
}
