using RespClient.Protocol;

namespace RedisSessions.Records;

/// <summary>The fields of an entry as they were read: names and values in no particular order. Empty: no entry.</summary>
internal readonly struct FieldSet(RespValue reply)
{
    private readonly RespValue _reply = reply;

    /// <summary>How many fields there are.</summary>
    public int Count => _reply.Count / 2;

    /// <summary>The name of a field, in UTF-8. Not copied: keeping it keeps the array of the reply.</summary>
    public ReadOnlyMemory<byte> Name(int field) => _reply[2 * field].Bytes;

    /// <summary>The value of a field. Not copied: keeping it keeps the array of the reply.</summary>
    public ReadOnlyMemory<byte> Value(int field) => _reply[(2 * field) + 1].Bytes;
}
