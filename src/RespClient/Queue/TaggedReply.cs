using System.Buffers.Text;

using RespClient.Protocol;

namespace RespClient.Queue;

/// <summary>
/// The reply to a command with a tag. A string is the tag's digits, <c>$</c> and what was asked for; an integer comes as such
/// a string with <c>:</c>; an array has the digits as one element more, its last. Everything else is the second element of an
/// array after the tag, and null is left out there; the text of an error is the second of three.
/// </summary>
internal static class TaggedReply
{
    /// <summary>Whether it is the reply to the command with this tag. An error that is the whole reply has none.</summary>
    public static bool Carries(in RespValue reply, long tag) => reply.Kind switch
    {
        RespKind.BulkString => Carries(reply.Bytes.Span, tag),
        RespKind.Array => IsLast(reply, tag) || ((reply.Count is 1 or 2 || IsError(reply)) && reply[0] is { Kind: RespKind.Integer } first && first.AsInt64() == tag),
        _ => false,
    };

    /// <summary>Whether a string is the reply to the command with this tag.</summary>
    public static bool Carries(ReadOnlySpan<byte> bulk, long tag) => PrefixLength(bulk, tag) != 0;

    /// <summary>What was asked for, an error included, of a reply that carries the tag.</summary>
    public static RespValue Result(in RespValue reply, long tag) => reply.Kind switch
    {
        RespKind.BulkString => Unprefixed(reply, PrefixLength(reply.Bytes.Span, tag)),
        RespKind.Array => IsLast(reply, tag) ? reply.WithoutLast() : reply.Count switch
        {
            3 => RespValue.FromBytes(RespKind.SimpleError, reply[1].Bytes.ToArray()),
            2 => reply[1],
            _ => RespValue.Null,
        },
        _ => reply,
    };

    private static RespValue Unprefixed(in RespValue reply, int length)
    {
        var rest = reply.From(length);
        return reply.Bytes.Span[length - 1] == ':' ? RespValue.FromInt64(rest.AsInt64()) : rest;
    }

    private static int PrefixLength(ReadOnlySpan<byte> bulk, long tag) =>
        Utf8Parser.TryParse(bulk, out long value, out var digits) && value == tag && digits < bulk.Length && bulk[digits] is (byte)'$' or (byte)':'
            ? digits + 1
            : 0;

    private static bool IsError(in RespValue reply) =>
        reply.Count == 3 && reply[1].Kind == RespKind.BulkString && reply[2] is { Kind: RespKind.Integer } end && end.AsInt64() == 0;

    private static bool IsLast(in RespValue reply, long tag) =>
        reply.Count > 0 && reply[reply.Count - 1] is { Kind: RespKind.BulkString } last
        && Utf8Parser.TryParse(last.Bytes.Span, out long value, out var digits) && value == tag && digits == last.Bytes.Length;
}
