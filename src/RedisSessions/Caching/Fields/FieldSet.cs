using RespClient.Protocol;

namespace RedisSessions.Caching.Fields;

/// <summary>The fields of an entry as they were read: names and values in no particular order. Empty: no entry.</summary>
internal readonly struct FieldSet(RespValue reply)
{
    private readonly RespValue _reply = reply;

    /// <summary>How many fields there are.</summary>
    public int Count => _reply.Items.Length / 2;

    /// <summary>The name of a field, UTF-8.</summary>
    public ReadOnlyMemory<byte> Name(int index) => _reply.Items[index * 2].Bytes;

    /// <summary>The value of a field. Not copied: whoever keeps it keeps the array of the reply it lies in.</summary>
    public ReadOnlyMemory<byte> Value(int index) => _reply.Items[(index * 2) + 1].Bytes;
}
