using System.Net;
using System.Net.Sockets;

namespace RespClient.Wire;

/// <summary>
/// A socket for a reader that waits in the kernel on a thread of its own. It is not registered with the runtime's event
/// loop, so arriving bytes wake one thread and not three; only a send that finds the socket full is left to that loop.
/// </summary>
internal sealed class SocketStream : Stream
{
    // How soon a cancellation ends a wait, before a thread reads.
    private static readonly TimeSpan WaitSlice = TimeSpan.FromMilliseconds(50);

    private readonly Socket _socket;

    private SocketStream(Socket socket)
    {
        socket.Blocking = false;
        _socket = socket;
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Connects on a thread of its own; a cancellation closes the socket.</summary>
    public static async Task<SocketStream> ConnectAsync(Socket socket, EndPoint endPoint, CancellationToken cancellationToken)
    {
        var connecting = Task.Factory.StartNew(
            () => socket.Connect(endPoint), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await connecting.WaitAsync(cancellationToken);
        }
        catch
        {
            // The thread may still be in it: closing ends that, and its failure no longer matters.
            _ = connecting.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
            throw;
        }

        return new SocketStream(socket);
    }

    /// <summary>Waits in the kernel.</summary>
    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            _socket.Poll(-1, SelectMode.SelectRead);
            if (TryReceive(buffer, out var count))
            {
                return count;
            }
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>For the few replies of a handshake: waits on a thread of the pool.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        while (!TryReceive(buffer.Span, out count))
        {
            await Task.Run(() => _socket.Poll(WaitSlice, SelectMode.SelectRead), cancellationToken);
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var sent = _socket.Send(buffer.Span, SocketFlags.None, out var error);
        if (error is not (SocketError.Success or SocketError.WouldBlock))
        {
            return ValueTask.FromException(new SocketException((int)error));
        }

        sent = error == SocketError.Success ? sent : 0;
        return sent == buffer.Length ? ValueTask.CompletedTask : SendRestAsync(buffer[sent..], cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>TLS answers a few messages of the other side while it reads.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            _socket.Poll(-1, SelectMode.SelectWrite);
            var sent = _socket.Send(buffer, SocketFlags.None, out var error);
            buffer = error switch
            {
                SocketError.Success => buffer[sent..],
                SocketError.WouldBlock => buffer,
                _ => throw new SocketException((int)error),
            };
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _socket.Dispose();
        base.Dispose(disposing);
    }

    private bool TryReceive(Span<byte> buffer, out int count)
    {
        count = _socket.Receive(buffer, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success => true,
            SocketError.WouldBlock => false,
            _ => throw new SocketException((int)error),
        };
    }

    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        while (!rest.IsEmpty)
        {
            rest = rest[await _socket.SendAsync(rest, SocketFlags.None, cancellationToken)..];
        }
    }
}
