using System.Text;

using RespClient.Protocol;

using StackExchange.Redis;

namespace RespClient.StackExchangeRedis;

/// <summary>Reads a result of StackExchange.Redis as a reply. Both know the same types.</summary>
internal static class ReplyReader
{
    public static RespValue Read(RedisResult result)
    {
        if (result.IsNull)
        {
            return RespValue.Null;
        }

        return result.Resp3Type switch
        {
            ResultType.SimpleString => String(RespKind.SimpleString, result),
            ResultType.BulkString => String(RespKind.BulkString, result),
            ResultType.VerbatimString => String(RespKind.VerbatimString, result),
            ResultType.BigInteger => String(RespKind.BigNumber, result),
            ResultType.Integer => RespValue.FromInt64((long)result),
            ResultType.Boolean => RespValue.FromBoolean((bool)result),
            ResultType.Double => RespValue.FromDouble((double)result),
            // An error inside another reply; one that is the reply itself comes as an exception.
            ResultType.Error or ResultType.BlobError => RespValue.FromBytes(RespKind.SimpleError, Encoding.UTF8.GetBytes(result.ToString())),
            ResultType.Map => Items(RespKind.Map, result),
            ResultType.Set => Items(RespKind.Set, result),
            ResultType.Push => Items(RespKind.Push, result),
            ResultType.Array => Items(RespKind.Array, result),
            _ => String(RespKind.BulkString, result),
        };
    }

    private static RespValue String(RespKind kind, RedisResult result) => RespValue.FromBytes(kind, (byte[]?)result ?? []);

    private static RespValue Items(RespKind kind, RedisResult result)
    {
        var items = new RespValue[result.Length];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = Read(result[i]);
        }

        return RespValue.FromItems(kind, items);
    }
}
