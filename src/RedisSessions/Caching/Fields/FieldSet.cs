using RespClient.Protocol;

namespace RedisSessions.Caching.Fields;

/// <summary>The fields of an entry as they were read: names and values in no particular order. Empty: no entry.</summary>
internal readonly struct FieldSet(RespValue reply)
{
    private readonly RespValue _reply = reply;

    /// <summary>How many fields there are.</summary>
    public int Count => _reply.Items.Length / 2;

    /// <summary>
    /// A name (UTF-8), its value, a name, its value. Not copied: whoever keeps one keeps the array of the reply it lies in.
    /// </summary>
    public ReadOnlySpan<RespValue> Items => _reply.Items;
}
