using System.Buffers;
using System.Text;

using RespClient.Protocol;

namespace RespClient.Pending;

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
        command.Begin(inline: false);
        return command;
    }

    public override void OnBulkReply(ReadOnlySpan<byte> bytes)
    {
        // From here on nobody can take the buffer back: a caller that has left keeps it untouched.
        if (!TryResolve())
        {
            return;
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
            Throw(new RedisReplyTypeException($"The reply to {Name} has {bytes.Length} bytes; the buffer has {_memory.Length}."));
        }
    }

    public override void OnReply(in RespValue reply)
    {
        switch (reply.Kind)
        {
            case RespKind.Null:
                Return(-1);
                break;
            case RespKind.SimpleError or RespKind.BulkError:
                Fail(new RedisServerException(reply.AsString()!));
                break;
            case RespKind.Array or RespKind.Map or RespKind.Set:
                Fail(new RedisReplyTypeException($"Expected a string but the reply is {reply}."));
                break;
            case RespKind.Integer or RespKind.Double or RespKind.Boolean:
                OnBulkReply(Encoding.ASCII.GetBytes(reply.AsString()!));
                break;
            default:
                OnBulkReply(reply.Bytes.Span);
                break;
        }
    }

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
        }
#pragma warning disable CA1031 // The caller's writer failed: the caller is told, the connection goes on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Throw(e);
            return;
        }

        SetResult(bytes.Length);
    }
}
