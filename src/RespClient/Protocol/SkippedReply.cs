using RespClient.Values;

namespace RespClient.Protocol;

/// <summary>
/// The rest of a reply that is beyond a limit: its end is looked for, and nothing of it is kept. So it ends its own
/// caller's wait and not the connection.
/// </summary>
/// <param name="excess">Which limit it is beyond.</param>
internal sealed class SkippedReply(string excess)
{
    // Twice what Redis takes for one string. What claims to be longer is not waited for.
    private const long LongestReply = 1L << 30;

    // An element has three bytes at least: a type, and a line's end.
    private const long MostElements = LongestReply / 3;
    private const int MaxDepth = 1_000;

    // Type and length of a line; what follows in a longer one does not matter.
    private readonly byte[] _line = new byte[32];
    private readonly Stack<Level> _open = new();
    private int _lineLength;
    private byte _last;
    private long _bytesLeft;
    private long _skipped;
    private bool _isInChunks;

    /// <summary>Which limit it is beyond.</summary>
    public string Excess => excess;

    /// <summary>Whether its end was found.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What was malformed.</summary>
    public string? Fault { get; private set; }

    /// <summary>An aggregate that was open already, the outermost first.</summary>
    /// <param name="left">How many elements it still lacks; negative: until its end mark.</param>
    /// <param name="isAttribute">Whether it is no element of what it stands in.</param>
    public void Enclose(long left, bool isAttribute) => _open.Push(new Level(left, isAttribute));

    /// <summary>A line has begun.</summary>
    /// <param name="start">What was taken of it.</param>
    /// <param name="isInChunks">Whether it is the length of a string's next piece.</param>
    public void Begin(ReadOnlySpan<byte> start, bool isInChunks)
    {
        _isInChunks = isInChunks;
        _lineLength = Math.Min(start.Length, _line.Length);
        start[.._lineLength].CopyTo(_line);
        _last = start.IsEmpty ? (byte)0 : start[^1];
    }

    /// <summary>The length of a string was read.</summary>
    /// <param name="length">Its bytes.</param>
    /// <param name="isChunk">Whether it is one of several.</param>
    public void BeginString(long length, bool isChunk) => OpenString(length, isChunk);

    /// <summary>The length of an aggregate was read.</summary>
    public void BeginAggregate(long count, bool isAttribute) => IsOver = OpenAggregate(count, isAttribute);

    /// <summary>An element was read to its end.</summary>
    public void TakeElement() => IsOver = Complete();

    /// <summary>Takes bytes until the reply is over, or there is a <see cref="Fault"/>. Returns how many.</summary>
    public int Skip(ReadOnlySpan<byte> input)
    {
        var consumed = 0;
        while (consumed < input.Length && Fault is null && !IsOver)
        {
            var rest = input[consumed..];
            IsOver = _bytesLeft > 0 ? SkipString(rest, out var taken) : SkipLine(rest, out taken);
            consumed += taken;
        }

        return consumed;
    }

    private bool SkipString(ReadOnlySpan<byte> input, out int taken)
    {
        taken = (int)Math.Min(input.Length, _bytesLeft);
        _bytesLeft -= taken;
        return Count(taken) && _bytesLeft == 0 && !_isInChunks && Complete();
    }

    private bool SkipLine(ReadOnlySpan<byte> input, out int taken)
    {
        var end = input.IndexOf((byte)'\n');
        taken = end < 0 ? input.Length : end + 1;
        var kept = input[..Math.Min(taken, _line.Length - _lineLength)];
        kept.CopyTo(_line.AsSpan(_lineLength));
        _lineLength += kept.Length;
        if (!Count(taken))
        {
            return false;
        }

        var before = taken > 1 ? input[taken - 2] : _last;
        _last = input[taken - 1];
        if (end < 0)
        {
            return false;
        }

        var line = _line.AsSpan(0, _lineLength);
        _lineLength = 0;
        return before == '\r' && line.Length > 2 ? OnLine(line[0], line[1..].TrimEnd("\r\n"u8)) : Fail();
    }

    private bool OnLine(byte type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case (byte)'+' or (byte)'-' or (byte)':' or (byte)'_' or (byte)'#' or (byte)',' or (byte)'(':
                return Complete();
            case (byte)'$' or (byte)'*' when body.SequenceEqual("-1"u8):
                return Complete();
            case (byte)'$' when body is [(byte)'?']:
                _isInChunks = true;
                return false;
            case (byte)'$' or (byte)'=' or (byte)'!' when RespNumbers.TryParseLength(body, out var length):
                return OpenString(length, isChunk: false);
            case (byte)';' when _isInChunks && RespNumbers.TryParseLength(body, out var chunk):
                _isInChunks = chunk > 0;
                return _isInChunks ? OpenString(chunk, isChunk: true) : Complete();
            case (byte)'*' or (byte)'~' or (byte)'%' when body is [(byte)'?']:
                return OpenAggregate(-1, isAttribute: false);
            case (byte)'*' or (byte)'~' when RespNumbers.TryParseLength(body, out var count):
                return OpenAggregate(count, isAttribute: false);
            case (byte)'%' or (byte)'|' when RespNumbers.TryParseLength(body, out var pairs):
                return OpenAggregate(2L * pairs, isAttribute: type == '|');
            case (byte)'.' when _open.TryPeek(out var level) && level.Left < 0:
                return Close();
            default:
                return Fail();
        }
    }

    private bool OpenString(long length, bool isChunk)
    {
        _isInChunks = isChunk;
        _bytesLeft = length + 2;
        return _bytesLeft > LongestReply - _skipped && Fail();
    }

    private bool OpenAggregate(long count, bool isAttribute)
    {
        if (count > MostElements || _open.Count == MaxDepth)
        {
            return Fail();
        }

        _open.Push(new Level(count, isAttribute));
        return count == 0 && Close();
    }

    // True: so is the reply.
    private bool Complete()
    {
        while (_open.TryPop(out var level))
        {
            if (level.Left != 1)
            {
                _open.Push(level with { Left = level.Left < 0 ? level.Left : level.Left - 1 });
                return false;
            }

            if (level.IsAttribute)
            {
                return false;
            }
        }

        return true;
    }

    private bool Close() => !_open.Pop().IsAttribute && Complete();

    private bool Count(int taken)
    {
        _skipped += taken;
        return _skipped <= LongestReply || Fail();
    }

    // Always false: "not over", for the caller to return.
    private bool Fail()
    {
        Fault = excess;
        return false;
    }

    private readonly record struct Level(long Left, bool IsAttribute);
}
