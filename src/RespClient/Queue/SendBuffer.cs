using RespClient.Protocol;

namespace RespClient.Queue;

/// <summary>
/// The bytes of commands that no connection has taken yet, in one piece. Two buffers take turns: one is sent while the
/// other fills. Guarded by the pipeline's lock.
/// </summary>
internal sealed class SendBuffer
{
    private const int FirstBufferBytes = 16 * 1024;
    private const int LargestKeptBuffer = 1 << 20;

    private byte[] _buffer = new byte[FirstBufferBytes];
    private byte[]? _spare;

    /// <summary>How many commands are in it.</summary>
    public int Count { get; private set; }

    /// <summary>How many bytes they have.</summary>
    public int Length { get; private set; }

    /// <summary>Writes a command behind the others and returns its length.</summary>
    /// <param name="size">At least its length.</param>
    /// <param name="name">Its first word.</param>
    /// <param name="arguments">Its arguments.</param>
    public int Append(int size, string name, ReadOnlySpan<RedisArgument> arguments)
    {
        Reserve(size);
        var length = RespWriter.Write(_buffer.AsSpan(Length), name, arguments);
        Length += length;
        Count++;
        return length;
    }

    /// <summary>Writes several commands behind the others as one, and returns their length.</summary>
    public int Append(int size, ReadOnlySpan<RedisCommand> commands)
    {
        Reserve(size);
        var start = Length;
        foreach (ref readonly var command in commands)
        {
            Length += RespWriter.Write(_buffer.AsSpan(Length), command.Name, command.Arguments);
        }

        Count++;
        return Length - start;
    }

    /// <summary>Puts back bytes that were taken, behind what was appended since.</summary>
    public void Append(ReadOnlySpan<byte> bytes, int count)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
        Count += count;
    }

    /// <summary>How many bytes commands need at most.</summary>
    public static int SizeOf(ReadOnlySpan<RedisCommand> commands)
    {
        var size = 0;
        foreach (ref readonly var command in commands)
        {
            size = checked(size + RespWriter.GetMaxByteCount(command.Name, command.Arguments));
        }

        return size;
    }

    /// <summary>Empties it. The buffer is the taker's until it calls <see cref="GiveBack"/>.</summary>
    public ArraySegment<byte> Take()
    {
        var taken = new ArraySegment<byte>(_buffer, 0, Length);
        _buffer = _spare ?? new byte[FirstBufferBytes];
        _spare = null;
        Clear();
        return taken;
    }

    public void GiveBack(byte[] buffer)
    {
        if (buffer.Length <= LargestKeptBuffer)
        {
            _spare ??= buffer;
        }
    }

    public void Clear()
    {
        Length = 0;
        Count = 0;
    }

    /// <summary>
    /// Removes abandoned commands from the bytes, and their places from the queue. Returns the number of the
    /// last command that stays; 0 if none does.
    /// </summary>
    public long Compact(CommandFifo fifo, long sentThrough)
    {
        var state = new Compaction { Buffer = _buffer };
        fifo.Visit(sentThrough, ref state, static (command, number, _, ref state) => state.Drops(command, number));
        Length = state.Kept;
        Count = state.KeptCount;
        return state.LastKept;
    }

    private void Reserve(int size)
    {
        var needed = (long)Length + size;
        if (needed > _buffer.Length)
        {
            Array.Resize(ref _buffer, (int)Math.Min(Math.Max(needed, _buffer.Length * 2L), Array.MaxLength));
        }
    }

    private struct Compaction
    {
        public byte[] Buffer;
        public int Read;
        public int Kept;
        public int KeptCount;
        public long LastKept;

        public bool Drops(PendingCommand command, long number)
        {
            var start = Read;
            Read += command.FrameLength;
            if (command.IsResolved)
            {
                command.LeaveUnanswered();
                return true;
            }

            Buffer.AsSpan(start, command.FrameLength).CopyTo(Buffer.AsSpan(Kept));
            Kept += command.FrameLength;
            KeptCount++;
            LastKept = number;
            return false;
        }
    }
}
