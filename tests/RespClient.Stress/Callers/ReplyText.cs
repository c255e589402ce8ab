using System.Text;

using RespClient.Protocol;

namespace RespClient.Stress.Callers;

/// <summary>Any reply as text, so that replies are compared whole: <c>[a, (null), [b, 3]]</c>.</summary>
internal static class ReplyText
{
    public const string Null = "(null)";

    public static string Of(in RespValue reply)
    {
        switch (reply.Kind)
        {
            case RespKind.Null:
                return Null;
            case RespKind.SimpleError or RespKind.BulkError:
                return $"error: {reply.AsString()}";
            case RespKind.Array or RespKind.Map or RespKind.Set or RespKind.Push:
                var text = new StringBuilder("[");
                foreach (ref readonly var item in reply.Items)
                {
                    text.Append(text.Length > 1 ? ", " : "").Append(Of(item));
                }

                return text.Append(']').ToString();
            default:
                return reply.AsString()!;
        }
    }

    public static string Of(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    public static string Of(IEnumerable<string> items) => $"[{string.Join(", ", items)}]";
}
