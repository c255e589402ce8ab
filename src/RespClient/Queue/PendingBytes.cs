using System.Buffers;
using System.Text;

using RespClient.Protocol;

namespace RespClient.Queue;

/// <summary>
/// A command whose string reply goes into the caller's buffer, straight from the receive buffer. The result is the
/// string's length, or -1 for a null reply.
/// </summary>
internal sealed class PendingBytes : PendingCommand<int>
{
    private Memory<byte> _memory;
    private IBufferWriter<byte>? _writer;

    private PendingBytes()
    {
    }

    public static PendingBytes Rent(Memory<byte> destination, IBufferWriter<byte>? writer)
    {
        var command = CommandPool<PendingBytes>.Rent() ?? new PendingBytes();
        command._memory = destination;
        command._writer = writer;
        command.Begin();
        return command;
    }

    public override bool OnBulkReply(ReadOnlySpan<byte> bytes)
    {
        // From here on the caller cannot take its buffer back. If it gave up before, the buffer stays untouched.
        if (!TryResolve())
        {
            return false;
        }

        if (_writer is not null)
        {
            Write(_writer, bytes);
        }
        else if (bytes.TryCopyTo(_memory.Span))
        {
            SetResult(bytes.Length);
        }
        else
        {
            SetError(new RedisReplyTypeException($"The reply to {Name} has {bytes.Length} bytes; the buffer has {_memory.Length}."));
        }

        return true;
    }

    public override bool OnReply(in RespValue reply) => reply.Kind switch
    {
        RespKind.Null => Return(-1),
        RespKind.SimpleError or RespKind.BulkError => Fail(new RedisServerException(reply.AsString()!)),
        RespKind.Array or RespKind.Map or RespKind.Set => Fail(new RedisReplyTypeException($"Expected a string but the reply is {reply}.")),
        RespKind.Integer or RespKind.Double or RespKind.Boolean => OnBulkReply(Encoding.ASCII.GetBytes(reply.AsString()!)),
        _ => OnBulkReply(reply.Bytes.Span),
    };

    protected override void Recycle()
    {
        base.Recycle();
        _memory = default;
        _writer = null;
        CommandPool<PendingBytes>.Return(this);
    }

    private void Write(IBufferWriter<byte> writer, ReadOnlySpan<byte> bytes)
    {
        try
        {
            writer.Write(bytes);
            SetResult(bytes.Length);
        }
#pragma warning disable CA1031 // The caller's writer failed: the caller gets the error, the connection goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            SetError(e);
        }
    }
}
