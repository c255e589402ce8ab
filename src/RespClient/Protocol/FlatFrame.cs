using System.Runtime.CompilerServices;

using RespClient.Values;

namespace RespClient.Protocol;

/// <summary>
/// The short way for arrays and maps whose elements are bulk and simple strings, integers and nulls, and that lie whole
/// in the receive buffer: one scan, and then one array of values and one of bytes, or, where all are short bulk strings,
/// the bytes as they are. It accepts only what the full reader would accept with the same outcome; everything else, too
/// little or too much or malformed, it leaves to that.
/// </summary>
internal sealed class FlatFrame(RespLimits limits)
{
    // Strings up to here share one array: keeping a small one keeps little else alive.
    private const int LongestShared = 1024;

    private const int FirstMarks = 64;
    private const int MaxMarks = 1024;

    // So many digits always fit an int.
    private const int MaxLengthDigits = 9;

    // Grows with the elements that are there, never with what a header claims. Kept, so it is bounded.
    private Mark[] _marks = new Mark[FirstMarks];

    /// <summary>Reads one reply. False: nothing was taken.</summary>
    /// <param name="input">The received bytes, from the start of a reply.</param>
    /// <param name="length">The bytes of the whole frame.</param>
    /// <param name="value">The reply.</param>
    public bool TryRead(ReadOnlySpan<byte> input, out int length, out RespValue value)
    {
        length = 0;
        value = default;
        if (input.Length < 4 || input[0] is not ((byte)'*' or (byte)'%'))
        {
            return false;
        }

        var at = 1;
        var kind = input[0] == '*' ? RespKind.Array : RespKind.Map;
        if (!TryReadLength(input, ref at, out var count) || count is 0 or > MaxMarks)
        {
            return false;
        }

        count = kind == RespKind.Map ? count * 2 : count;
        var start = at;
        if (count > limits.MaxElements || !TryMark(input, ref at, count, out var shared) || at > limits.MaxFrameBytes)
        {
            return false;
        }

        length = at;
        value = shared.AreBulk && at - start <= PackedStrings.MaxBytes ? RespValue.FromPacked(kind, Pack(input[start..at], start, count))
            : RespValue.FromItems(kind, shared.IsAll ? SliceItems(input[start..at], start, count) : MakeItems(input, count, shared.Bytes));
        return true;
    }

    /// <summary>
    /// Notes where each element lies and what it is; how many bytes of them are short, whether all are, and whether all are
    /// short bulk strings.
    /// </summary>
    private bool TryMark(ReadOnlySpan<byte> input, ref int at, int count, out (int Bytes, bool IsAll, bool AreBulk) shared)
    {
        shared = (0, true, true);
        for (var index = 0; index < count; index++)
        {
            // The shortest element is a type and a line end.
            if (at > input.Length - 3)
            {
                return false;
            }

            if (index == _marks.Length)
            {
                Array.Resize(ref _marks, index * 2);
            }

            ref var mark = ref _marks[index];
            if (!TryMarkOne(input, ref at, ref mark))
            {
                return false;
            }

            shared.Bytes += mark.Length <= LongestShared ? mark.Length : 0;
            shared.IsAll &= mark.Length <= LongestShared;
            shared.AreBulk &= mark.Kind == RespKind.BulkString;
        }

        // Numbers alone need no array.
        shared.IsAll &= shared.Bytes > 0;
        shared.AreBulk &= shared.IsAll;
        return true;
    }

    private bool TryMarkOne(ReadOnlySpan<byte> input, ref int at, ref Mark mark)
    {
        var type = input[at++];
        if (type == '$' && input[at] != '-')
        {
            if (!TryReadLength(input, ref at, out var size) || size > limits.MaxBulkBytes || size > input.Length - at - 2)
            {
                return false;
            }

            mark = new Mark { Kind = RespKind.BulkString, Start = at, Length = size };
            at += size + 2;
            return input[at - 2] == '\r' && input[at - 1] == '\n';
        }

        var end = input[at..].IndexOfAny((byte)'\r', (byte)'\n');
        if (end < 0 || end > LineBytes.MaxLength - 3 || at + end + 1 >= input.Length || input[at + end] != '\r' || input[at + end + 1] != '\n')
        {
            return false;
        }

        var line = input.Slice(at, end);
        mark = new Mark { Start = at };
        at += end + 2;
        switch (type)
        {
            case (byte)':':
                mark.Kind = RespKind.Integer;
                return RespNumbers.TryParseInteger(line, out mark.Number);
            case (byte)'+':
                mark.Kind = RespKind.SimpleString;
                mark.Length = end;
                return true;
            case (byte)'$':
                return line.SequenceEqual("-1"u8);
            default:
                return type == '_' && end == 0;
        }
    }

    private PackedStrings Pack(ReadOnlySpan<byte> elements, int start, int count)
    {
        var places = new uint[count];
        for (var index = 0; index < count; index++)
        {
            ref readonly var mark = ref _marks[index];
            places[index] = PackedStrings.Place(mark.Start - start, mark.Length);
        }

        return new PackedStrings(elements.ToArray(), places);
    }

    // As they lie on the wire, with what stands between them: one copy instead of one for each.
    private RespValue[] SliceItems(ReadOnlySpan<byte> elements, int start, int count)
    {
        var items = new RespValue[count];
        var bytes = elements.ToArray();
        for (var index = 0; index < count; index++)
        {
            ref readonly var mark = ref _marks[index];
            if (mark.Kind == RespKind.Integer)
            {
                items[index] = RespValue.FromInt64(mark.Number);
            }
            else if (mark.Kind != RespKind.Null)
            {
                items[index] = RespValue.FromShared(mark.Kind, bytes, mark.Start - start, mark.Length);
            }
        }

        return items;
    }

    private RespValue[] MakeItems(ReadOnlySpan<byte> input, int count, int sharedBytes)
    {
        var items = new RespValue[count];
        var shared = sharedBytes == 0 ? [] : new byte[sharedBytes];
        var used = 0;
        for (var index = 0; index < count; index++)
        {
            ref readonly var mark = ref _marks[index];
            if (mark.Kind == RespKind.Integer)
            {
                items[index] = RespValue.FromInt64(mark.Number);
            }
            else if (mark.Length > LongestShared)
            {
                items[index] = RespValue.FromBytes(mark.Kind, input.Slice(mark.Start, mark.Length).ToArray());
            }
            else if (mark.Kind != RespKind.Null)
            {
                input.Slice(mark.Start, mark.Length).CopyTo(shared.AsSpan(used));
                items[index] = RespValue.FromShared(mark.Kind, shared, used, mark.Length);
                used += mark.Length;
            }
        }

        return items;
    }

    /// <summary>Digits and a line end; the line end may be the last there is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryReadLength(ReadOnlySpan<byte> input, ref int at, out int length)
    {
        var start = at;
        var value = 0;
        while ((uint)at < (uint)input.Length && (uint)(input[at] - '0') <= 9 && at - start < MaxLengthDigits)
        {
            value = (value * 10) + (input[at++] - '0');
        }

        length = value;
        at += 2;
        return at - 2 > start && at <= input.Length && input[at - 2] == '\r' && input[at - 1] == '\n';
    }

    private struct Mark
    {
        public RespKind Kind;
        public int Start;
        public int Length;
        public long Number;
    }
}
