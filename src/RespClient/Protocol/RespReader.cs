using System.Globalization;

using RespClient.Values;

namespace RespClient.Protocol;

/// <summary>
/// Reads RESP2 and RESP3 from pieces of any size. It takes every byte once and keeps what is unfinished, so a value
/// that arrives in a thousand pieces is never scanned again. Knows no socket. Not for concurrent use.
/// </summary>
internal sealed class RespReader(RespLimits limits)
{
    private readonly AggregateStack _stack = new(limits);
    private readonly FlatFrame _flat = new(limits);
    private readonly LineBytes _line = new();
    private Phase _phase;
    private long _frameBytes;

    // The string being read.
    private readonly StringBytes _bulk = new();
    private RespKind _bulkKind;
    private bool _bulkIsStreamed;

    // A reply beyond a limit, while its end is looked for.
    private SkippedReply? _skipped;

    private enum Phase : byte
    {
        Line,
        Bulk,
        BulkCarriageReturn,
        BulkLineFeed,
        ChunkLine,
    }

    /// <summary>What was malformed, for the exception; never the content of a value.</summary>
    public string? Fault { get; private set; }

    /// <summary>Which limit the reply was beyond that was passed over last, for the exception.</summary>
    public string? Excess { get; private set; }

    /// <summary>Whether nothing of a reply has been taken yet.</summary>
    public bool IsAtStart => _frameBytes == 0 && _skipped is null;

    /// <summary>How many bytes of an unfinished reply were taken, those that are kept.</summary>
    public long FrameBytes => _frameBytes;

    /// <summary>
    /// Takes bytes until one reply or push is whole. A push between the elements of a reply comes first, and the reply
    /// goes on behind it.
    /// </summary>
    /// <param name="input">What has arrived and was not consumed before.</param>
    /// <param name="consumed">How much of it was taken; all of it with <see cref="RespReadStatus.NeedMore"/>.</param>
    /// <param name="value">The reply with <see cref="RespReadStatus.Done"/>.</param>
    public RespReadStatus Read(ReadOnlySpan<byte> input, out int consumed, out RespValue value)
    {
        if (IsAtStart && Fault is null && _flat.TryRead(input, out consumed, out value))
        {
            return RespReadStatus.Done;
        }

        consumed = 0;
        value = default;
        while (Fault is null)
        {
            var rest = input[consumed..];
            if (_skipped is not null)
            {
                consumed += _skipped.Skip(rest);
                return EndSkip(_skipped);
            }

            if (rest.IsEmpty)
            {
                return RespReadStatus.NeedMore;
            }

            bool done;
            switch (_phase)
            {
                case Phase.Line or Phase.ChunkLine:
                    done = ReadLine(rest, out var taken, out value);
                    consumed += taken;
                    break;
                case Phase.Bulk:
                    consumed += FillBulk(rest);
                    continue;
                default:
                    consumed++;
                    done = ReadBulkEnd(rest[0], out value);
                    break;
            }

            if (done)
            {
                // Not after a push in the middle of a reply.
                _frameBytes = _stack.IsEmpty ? 0 : _frameBytes;
                return RespReadStatus.Done;
            }
        }

        return RespReadStatus.Malformed;
    }

    private bool ReadLine(ReadOnlySpan<byte> input, out int taken, out RespValue value)
    {
        value = default;

        // The end may be cut between CR and LF: the CR is then the last byte kept.
        var end = input.IndexOf((byte)'\n');
        taken = end < 0 ? input.Length : end + 1;
        if (_line.Length + taken > LineBytes.MaxLength)
        {
            return Fail($"a line longer than {LineBytes.MaxLength} bytes");
        }

        if (_frameBytes + taken > limits.MaxFrameBytes)
        {
            taken = 0;
            ExceedFrame()?.Begin(_line.Bytes, isInChunks: _phase == Phase.ChunkLine);
            _line.Clear();
            return false;
        }

        _frameBytes += taken;
        ReadOnlySpan<byte> line;
        if (_line.Length == 0 && end >= 0)
        {
            line = input[..taken];
        }
        else
        {
            _line.Keep(input[..taken]);
            if (end < 0)
            {
                // A type byte that cannot be is known at once: no wait for a line that may never end.
                return _line.Length == taken && !LineBytes.IsType(input[0]) && FailUnknownType(input[0]);
            }

            line = _line.Bytes;
        }

        _line.Clear();
        if (line.Length < 2 || line[^2] != '\r' || line[..^2].Contains((byte)'\r'))
        {
            return line.Length > 0 && !LineBytes.IsType(line[0]) ? FailUnknownType(line[0]) : Fail("a line that does not end in CRLF");
        }

        return _phase == Phase.ChunkLine ? OnChunkLine(line[..^2], out value) : OnLine(line[..^2], out value);
    }

    private bool OnLine(ReadOnlySpan<byte> line, out RespValue value)
    {
        value = default;
        if (line.IsEmpty)
        {
            return Fail("an empty line where a reply should start");
        }

        var type = line[0];
        var body = line[1..];
        switch (type)
        {
            case (byte)'+':
                value = body.SequenceEqual("OK"u8) ? RespValue.Ok : RespValue.FromBytes(RespKind.SimpleString, body.ToArray());
                return Complete(ref value);
            case (byte)'-':
                value = RespValue.FromBytes(RespKind.SimpleError, body.ToArray());
                return Complete(ref value);
            case (byte)':':
                if (!RespNumbers.TryParseInteger(body, out var integer))
                {
                    return Fail("a malformed integer");
                }

                value = RespValue.FromInt64(integer);
                return Complete(ref value);
            case (byte)'$':
                return OpenString(RespKind.BulkString, body, nullable: true, streamable: true, ref value);
            case (byte)'=':
                return OpenString(RespKind.VerbatimString, body, nullable: false, streamable: false, ref value);
            case (byte)'!':
                return OpenString(RespKind.BulkError, body, nullable: false, streamable: false, ref value);
            case (byte)'*':
                return OpenAggregate(RespKind.Array, body, 1, ref value);
            case (byte)'~':
                return OpenAggregate(RespKind.Set, body, 1, ref value);
            case (byte)'%' or (byte)'|':
                return OpenAggregate(RespKind.Map, body, 2, ref value, isAttribute: type == '|');
            case (byte)'>':
                return _stack.HasPush ? Fail("a push inside a push") : OpenAggregate(RespKind.Push, body, 1, ref value);
            case (byte)'.':
                return EndStreamed(body, ref value);
            case var _ when ScalarLine.TryRead(type, body, out value):
                return Complete(ref value);
            default:
                return LineBytes.IsType(type) ? Fail($"a malformed value of type '{(char)type}'") : FailUnknownType(type);
        }
    }

    private bool OpenString(RespKind kind, ReadOnlySpan<byte> body, bool nullable, bool streamable, ref RespValue value)
    {
        if (nullable && body.SequenceEqual("-1"u8))
        {
            value = RespValue.Null;
            return Complete(ref value);
        }

        _bulkKind = kind;
        _bulk.Clear();
        _bulkIsStreamed = streamable && body is [(byte)'?'];
        if (_bulkIsStreamed)
        {
            _phase = Phase.ChunkLine;
            return false;
        }

        return RespNumbers.TryParseLength(body, out var length) ? Expect(length) : Fail("a malformed string length");
    }

    private bool Expect(int length)
    {
        if (length > limits.MaxBulkBytes - _bulk.Length)
        {
            Exceed($"a string longer than {limits.MaxBulkBytes} bytes")?.BeginString(length, _bulkIsStreamed);
            return false;
        }

        if (_frameBytes + length > limits.MaxFrameBytes)
        {
            ExceedFrame()?.BeginString(length, _bulkIsStreamed);
            return false;
        }

        _bulk.Expect(length);
        _phase = length == 0 ? Phase.BulkCarriageReturn : Phase.Bulk;
        return false;
    }

    private int FillBulk(ReadOnlySpan<byte> input)
    {
        var taken = _bulk.Fill(input);
        _frameBytes += taken;
        if (_bulk.IsFull)
        {
            _phase = Phase.BulkCarriageReturn;
        }

        return taken;
    }

    private bool ReadBulkEnd(byte next, out RespValue value)
    {
        value = default;
        _frameBytes++;
        if (next != (_phase == Phase.BulkCarriageReturn ? '\r' : '\n'))
        {
            return Fail("a string that is not followed by CRLF");
        }

        if (_phase == Phase.BulkCarriageReturn)
        {
            _phase = Phase.BulkLineFeed;
            return false;
        }

        if (_bulkIsStreamed)
        {
            _phase = Phase.ChunkLine;
            return false;
        }

        _phase = Phase.Line;
        return CompleteString(ref value);
    }

    private bool OnChunkLine(ReadOnlySpan<byte> line, out RespValue value)
    {
        value = default;
        if (line is not [(byte)';', ..] || !RespNumbers.TryParseLength(line[1..], out var length))
        {
            return Fail("a malformed chunk of a streamed string");
        }

        _phase = Phase.Line;
        _bulkIsStreamed = length > 0;
        return _bulkIsStreamed ? Expect(length) : CompleteString(ref value);
    }

    private bool CompleteString(ref RespValue value)
    {
        var bytes = _bulk.Take();
        if (_bulkKind == RespKind.VerbatimString)
        {
            // "txt:" or "mkd:" stands before the text.
            if (bytes.Length < 4 || bytes[3] != ':')
            {
                return Fail("a verbatim string without its format");
            }

            bytes = bytes[4..];
        }

        value = RespValue.FromBytes(_bulkKind, bytes);
        return Complete(ref value);
    }

    private bool OpenAggregate(RespKind kind, ReadOnlySpan<byte> body, int perEntry, ref RespValue value, bool isAttribute = false)
    {
        if (kind == RespKind.Array && body.SequenceEqual("-1"u8))
        {
            value = RespValue.Null;
            return Complete(ref value);
        }

        var isStreamed = body is [(byte)'?'] && kind != RespKind.Push && !isAttribute;
        var count = -1;
        if (!isStreamed)
        {
            if (!RespNumbers.TryParseLength(body, out count))
            {
                return Fail("a malformed element count");
            }

            count = (int)Math.Min((long)count * perEntry, int.MaxValue);
        }

        if (_stack.Open(kind, count, isAttribute) is { } fault)
        {
            if (_stack.IsFull)
            {
                return Fail(fault);
            }

            Exceed(fault, kind == RespKind.Push)?.BeginAggregate(count, isAttribute);
            return false;
        }

        return count == 0 && !_stack.Close(ref value) && (kind == RespKind.Push || Complete(ref value));
    }

    private bool EndStreamed(ReadOnlySpan<byte> body, ref RespValue value) =>
        body.IsEmpty && _stack.TryEnd(ref value) ? Complete(ref value) : Fail("an end mark without a streamed aggregate");

    private bool Complete(ref RespValue value)
    {
        var done = _stack.Add(ref value, out var fault);
        if (fault is not null)
        {
            Exceed(fault)?.TakeElement();
        }

        return done;
    }

    private RespReadStatus EndSkip(SkippedReply skipped)
    {
        if (!skipped.IsOver)
        {
            Fault = skipped.Fault;
            return Fault is null ? RespReadStatus.NeedMore : RespReadStatus.Malformed;
        }

        Excess = skipped.Excess;
        _skipped = null;
        _phase = Phase.Line;
        _frameBytes = 0;
        return RespReadStatus.TooLarge;
    }

    private SkippedReply? ExceedFrame() => Exceed($"a reply longer than {limits.MaxFrameBytes} bytes");

    /// <summary>Nothing more of this reply is kept. Null: what it stands in cannot go on without it.</summary>
    private SkippedReply? Exceed(string excess, bool isPush = false)
    {
        if (isPush || _stack.HasPush)
        {
            // Those who must hear of it would not: of a change, for example.
            Fail($"{excess}, in a push");
            return null;
        }

        _skipped = new SkippedReply(excess);
        _stack.EncloseIn(_skipped);
        _stack.Reset();
        _bulk.Clear();
        return _skipped;
    }

    private bool FailUnknownType(byte type) => Fail(string.Create(CultureInfo.InvariantCulture, $"an unknown type byte 0x{type:x2}"));

    // Always false: "not done", for the caller to return.
    private bool Fail(string fault)
    {
        Fault = fault;
        _bulk.Clear();
        _stack.Reset();
        return false;
    }
}
