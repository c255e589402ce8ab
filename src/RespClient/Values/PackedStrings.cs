using RespClient.Protocol;

namespace RespClient.Values;

/// <summary>
/// Bulk strings of one reply as they lay on the wire, and where each of them is: a sixth of what the same strings take as
/// <see cref="RespValue"/>s, which are made one by one on demand.
/// </summary>
/// <param name="bytes">The strings with what stands between them.</param>
/// <param name="places">Of each string its start, and its length in the low 16 bits.</param>
internal sealed class PackedStrings(byte[] bytes, uint[] places)
{
    /// <summary>Starts and lengths up to here have a place.</summary>
    public const int MaxBytes = ushort.MaxValue;

    private RespValue[]? _items;

    public int Count => places.Length;

    /// <summary>One of them.</summary>
    public RespValue this[int index] =>
        RespValue.FromShared(RespKind.BulkString, bytes, (int)(places[index] >> 16), (int)(places[index] & MaxBytes));

    /// <summary>All of them. Two threads may both make the array, and either stays.</summary>
    public RespValue[] Items => _items ??= MakeItems();

    public static uint Place(int start, int length) => ((uint)start << 16) | (uint)length;

    private RespValue[] MakeItems()
    {
        var items = new RespValue[Count];
        for (var index = 0; index < items.Length; index++)
        {
            items[index] = this[index];
        }

        return items;
    }
}
