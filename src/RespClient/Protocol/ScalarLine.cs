using RespClient.Values;

namespace RespClient.Protocol;

/// <summary>The types of RESP3 that are one line: null, boolean, double, big number.</summary>
internal static class ScalarLine
{
    /// <param name="type">The first byte of the line.</param>
    /// <param name="body">What follows, without CRLF.</param>
    /// <param name="value">The value.</param>
    /// <returns>False: it is of another type, or malformed.</returns>
    public static bool TryRead(byte type, ReadOnlySpan<byte> body, out RespValue value)
    {
        switch (type)
        {
            case (byte)'_' when body.IsEmpty:
                value = RespValue.Null;
                return true;
            case (byte)'#' when body is [(byte)'t'] or [(byte)'f']:
                value = RespValue.FromBoolean(body[0] == 't');
                return true;
            case (byte)',' when RespNumbers.TryParseDouble(body, out var number):
                value = RespValue.FromDouble(number);
                return true;
            case (byte)'(' when RespNumbers.IsBigNumber(body):
                value = RespValue.FromBytes(RespKind.BigNumber, body.ToArray());
                return true;
            default:
                value = default;
                return false;
        }
    }
}
