namespace TestServers.Scripted;

/// <summary>How the bytes of a reply are cut into writes. Each write leaves the machine before the next begins.</summary>
public readonly record struct Delivery
{
    private readonly int _splitAt;
    private readonly bool _byteByByte;

    private Delivery(int splitAt, bool byteByByte)
    {
        _splitAt = splitAt;
        _byteByByte = byteByByte;
    }

    /// <summary>One write.</summary>
    public static Delivery Whole => default;

    /// <summary>A write per byte.</summary>
    public static Delivery ByteByByte => new(0, byteByByte: true);

    /// <summary>Two writes, cut in front of the byte at <paramref name="position"/>.</summary>
    public static Delivery SplitAt(int position) => new(position, byteByByte: false);

    /// <summary>Every way to deliver <paramref name="length"/> bytes in one piece, in two, or byte by byte.</summary>
    public static IEnumerable<Delivery> Every(int length)
    {
        yield return Whole;
        yield return ByteByByte;
        for (var position = 1; position < length; position++)
        {
            yield return SplitAt(position);
        }
    }

    /// <summary>Cuts a reply into the pieces that are written one after another.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces(ReadOnlyMemory<byte> reply)
    {
        if (_byteByByte)
        {
            for (var position = 0; position < reply.Length; position++)
            {
                yield return reply.Slice(position, 1);
            }
        }
        else if (_splitAt > 0 && _splitAt < reply.Length)
        {
            yield return reply[.._splitAt];
            yield return reply[_splitAt..];
        }
        else
        {
            yield return reply;
        }
    }

    public override string ToString() => _byteByByte ? "byte by byte" : _splitAt > 0 ? $"split at {_splitAt}" : "whole";
}
