using System.Text;

using RespClient.Protocol;
using RespClient.Tests.Model.Stepping;

namespace RespClient.Tests.Model.Queue;

/// <summary>
/// The other end of a connection. It answers each command as soon as it is written, with the command's last word; when that
/// is read is the reader's affair.
/// </summary>
internal sealed class ModelServer : Stream
{
    private const string Wire = "the wire";

    private readonly RespReader _reader = new(RespLimits.Default);
    private readonly MemoryStream _replies = new();
    private readonly List<string> _transaction = [];
    private bool _isInTransaction;
    private bool _isClosed;

    /// <summary>The last words of all that was written, in its order.</summary>
    public List<string> Received { get; } = [];

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Step();
        ObjectDisposedException.ThrowIf(_isClosed, this);
        var rest = buffer.Span;
        while (!rest.IsEmpty)
        {
            if (_reader.Read(rest, out var consumed, out var command) != RespReadStatus.Done)
            {
                Steps.Execution!.Fail($"What was sent is no command: {Encoding.UTF8.GetString(buffer.Span)}");
                break;
            }

            Answer(command);
            rest = rest[consumed..];
        }

        return ValueTask.CompletedTask;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!Steps.Execution!.Wait(Steps.Thread!, this, Wire, () => _replies.Length > 0 || _isClosed))
        {
            // Nothing comes any more, and nobody waits for it.
            return new ValueTask<int>(new TaskCompletionSource<int>().Task);
        }

        ObjectDisposedException.ThrowIf(_isClosed, this);
        var bytes = _replies.ToArray();
        bytes.CopyTo(buffer);
        _replies.SetLength(0);
        return new ValueTask<int>(bytes.Length);
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Step();
            _isClosed = true;
        }

        base.Dispose(disposing);
    }

    private void Step()
    {
        if (Steps.Thread is { } thread)
        {
            Steps.Execution!.Step(thread, this, Wire, Access.Both);
        }
    }

    private void Answer(in RespValue command)
    {
        var word = command.Items[^1].AsString()!;
        Received.Add(word);
        switch (word)
        {
            case "MULTI":
                _isInTransaction = true;
                Reply("+OK\r\n");
                break;
            case "EXEC":
                _isInTransaction = false;
                Reply($"*{_transaction.Count}\r\n{string.Concat(_transaction.Select(Bulk))}");
                break;
            case var _ when _isInTransaction:
                _transaction.Add(word);
                Reply("+QUEUED\r\n");
                break;
            default:
                Reply(Bulk(word));
                break;
        }
    }

    private static string Bulk(string text) => $"${text.Length}\r\n{text}\r\n";

    private void Reply(string text) => _replies.Write(Encoding.UTF8.GetBytes(text));
}
