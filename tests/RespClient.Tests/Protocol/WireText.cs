using System.Globalization;
using System.Text;

using RespClient.Protocol;

namespace RespClient.Tests.Protocol;

/// <summary>Values and wire bytes as text, so that a sample fits on a line. Bytes map to the characters of Latin-1.</summary>
internal static class WireText
{
    public static byte[] ToBytes(string wire) => Encoding.Latin1.GetBytes(wire);

    public static string Show(RespValue value) => value.Kind switch
    {
        RespKind.Null => "null",
        RespKind.SimpleString => $"+{Latin(value)}",
        RespKind.BulkString => $"\"{Latin(value)}\"",
        RespKind.VerbatimString => $"txt\"{Latin(value)}\"",
        RespKind.Integer => value.AsInt64().ToString(CultureInfo.InvariantCulture),
        RespKind.Double => $"d{value.AsString()}",
        RespKind.Boolean => value.AsBoolean() ? "true" : "false",
        RespKind.BigNumber => $"big{Latin(value)}",
        RespKind.SimpleError => $"-{Latin(value)}",
        RespKind.BulkError => $"!{Latin(value)}",
        RespKind.Array => $"[{Items(value)}]",
        RespKind.Map => $"{{{Items(value)}}}",
        RespKind.Set => $"({Items(value)})",
        RespKind.Push => $">[{Items(value)}]",
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    /// <summary>Reads everything in pieces and shows each reply; ends with what stopped it.</summary>
    public static List<string> ReadAll(byte[] wire, IEnumerable<int> pieceLengths, RespLimits? limits = null)
    {
        var reader = new RespReader(limits ?? RespLimits.Default);
        var replies = new List<string>();
        var start = 0;
        foreach (var length in pieceLengths)
        {
            var piece = wire.AsSpan(start, length);
            start += length;
            while (true)
            {
                var status = reader.Read(piece, out var consumed, out var value);
                piece = piece[consumed..];
                if (status == RespReadStatus.Malformed)
                {
                    replies.Add("malformed");
                    return replies;
                }

                if (status == RespReadStatus.NeedMore)
                {
                    Assert.True(piece.IsEmpty, "needs more although bytes are left");
                    break;
                }

                replies.Add(status == RespReadStatus.TooLarge ? "too large" : Show(value));
            }
        }

        if (!reader.IsAtStart)
        {
            replies.Add("more");
        }

        return replies;
    }

    private static string Latin(RespValue value) => Encoding.Latin1.GetString(value.Bytes.Span);

    // One by one first: elements that nobody asked for as an array are often none yet. As an array they must be the same;
    // an aggregate among them is looked into once, or each level would take twice as long as the one above.
    private static string Items(RespValue value)
    {
        RespValue[] items = [.. Enumerable.Range(0, value.Count).Select(index => value[index])];
        Assert.Equal(items.Select(Summary), value.Items.ToArray().Select(Summary));
        return string.Join(' ', items.Select(Show));
    }

    private static string Summary(RespValue value) =>
        value.Kind is RespKind.Array or RespKind.Map or RespKind.Set or RespKind.Push ? value.ToString() : Show(value);
}
