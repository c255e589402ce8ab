using RespClient.Protocol;

namespace RespClient.Wire;

/// <summary>What one look at the received bytes found.</summary>
internal enum Found
{
    /// <summary>No whole reply.</summary>
    NeedsMore,

    /// <summary>A bulk string, as it lies in the buffer.</summary>
    Bulk,

    /// <summary>Any other reply, or a push.</summary>
    Value,

    /// <summary>A reply beyond the limits, which was passed over; see <see cref="ReceiveBuffer.Excess"/>.</summary>
    TooLarge,

    /// <summary>Not a reply; see <see cref="ReceiveBuffer.Fault"/>.</summary>
    Malformed,
}

/// <summary>The received bytes that have not been read yet. Not for concurrent use.</summary>
internal sealed class ReceiveBuffer(RespLimits limits)
{
    private const int Length = 64 * 1024;

    private readonly byte[] _bytes = new byte[Length];
    private readonly RespReader _reader = new(limits);
    private int _start;
    private int _end;

    /// <summary>What was malformed.</summary>
    public string? Fault => _reader.Fault;

    /// <summary>Which limit the reply was beyond that was passed over.</summary>
    public string? Excess => _reader.Excess;

    /// <summary>How many bytes of an unfinished reply have come.</summary>
    public long Unfinished => _reader.FrameBytes + _end - _start;

    /// <summary>Where to receive to. Moves what is unread to the front: at most one short frame.</summary>
    public Memory<byte> MakeRoom()
    {
        if (_start > 0)
        {
            _bytes.AsSpan(_start, _end - _start).CopyTo(_bytes);
            _end -= _start;
            _start = 0;
        }

        return _bytes.AsMemory(_end);
    }

    /// <exception cref="EndOfStreamException">Nothing was received: the other side has closed.</exception>
    public void Received(int count) =>
        _end += count > 0 ? count : throw new EndOfStreamException("the server closed the connection");

    /// <summary>Takes the next reply or push. A bulk string is valid until <see cref="MakeRoom"/>.</summary>
    public Found Next(out ReadOnlySpan<byte> bulk, out RespValue value)
    {
        bulk = default;
        value = default;
        if (_start == _end)
        {
            return Found.NeedsMore;
        }

        var rest = _bytes.AsSpan(_start, _end - _start);
        if (_reader.IsAtStart)
        {
            switch (ScalarFrame.Read(rest, limits.MaxBulkBytes, Length, out var length, out bulk))
            {
                case ScalarFrame.Outcome.Bulk:
                    _start += length;
                    return Found.Bulk;
                case ScalarFrame.Outcome.Incomplete:
                    return Found.NeedsMore;
            }
        }

        return Read(rest, out value);
    }

    /// <summary>As <see cref="Next"/>, but a bulk string is a value like others.</summary>
    public Found NextValue(out RespValue value) => Read(_bytes.AsSpan(_start, _end - _start), out value);

    private Found Read(ReadOnlySpan<byte> rest, out RespValue value)
    {
        var status = _reader.Read(rest, out var consumed, out value);
        _start += consumed;
        return status switch
        {
            RespReadStatus.Done => Found.Value,
            RespReadStatus.NeedMore => Found.NeedsMore,
            RespReadStatus.TooLarge => Found.TooLarge,
            _ => Found.Malformed,
        };
    }
}
