using System.Net.Sockets;
using System.Threading.Channels;

namespace TestServers.Proxy;

/// <summary>One connection through the proxy: two sockets and a pump for each direction.</summary>
internal sealed class ProxiedConnection(FaultProxy proxy, Socket client, Socket server)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(2);

    private readonly long[] _passed = new long[3];
    private volatile bool _lostBytes;
    private int _reset;

    public bool HasLostBytes => _lostBytes;

    public async Task RunAsync(CancellationToken stopping)
    {
        client.NoDelay = true;
        server.NoDelay = true;
        var up = PumpAsync(client, server, Direction.ToServer, stopping);
        var down = PumpAsync(server, client, Direction.ToClient, stopping);
        await Task.WhenAny(up, down);
        Reset();
        await Task.WhenAll(up, down);
    }

    public void RestartCount() => Array.Clear(_passed);

    public void Reset()
    {
        if (Interlocked.Exchange(ref _reset, 1) == 0)
        {
            Abort(client);
            Abort(server);
        }
    }

    /// <summary>A reader and a writer with a queue between them: a delay must not slow the reading down.</summary>
    private async Task PumpAsync(Socket from, Socket to, Direction direction, CancellationToken stopping)
    {
        var queue = Channel.CreateBounded<(byte[] Chunk, long At)>(1024);
        var writing = WriteAsync(queue, to, direction, stopping);
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, stopping) is > 0 and var length)
            {
                var chunk = buffer[..length];
                if (direction == Direction.ToClient)
                {
                    chunk = proxy.Falsify?.Invoke(chunk) ?? chunk;
                }

                await queue.Writer.WriteAsync((chunk, Environment.TickCount64), stopping);
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Closed on this side: what was read still goes to the other.
        }

        queue.Writer.TryComplete();
        await writing;
    }

    private async Task WriteAsync(
        Channel<(byte[] Chunk, long At)> queue, Socket to, Direction direction, CancellationToken stopping)
    {
        try
        {
            await foreach (var (chunk, at) in queue.Reader.ReadAllAsync(stopping))
            {
                await UntilDueAsync(direction, at, stopping);
                await PassAsync(chunk, to, direction, stopping);
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            Reset();
        }
        finally
        {
            queue.Writer.TryComplete();
        }
    }

    private async Task UntilDueAsync(Direction direction, long at, CancellationToken stopping)
    {
        while (proxy.Condition.Stalled.HasFlag(direction)
            || (proxy.Condition.Delayed.HasFlag(direction)
                && Environment.TickCount64 - at < proxy.Condition.Delay.TotalMilliseconds))
        {
            if (_reset != 0)
            {
                return;
            }

            await Task.Delay(Glance, stopping);
        }
    }

    private async Task PassAsync(byte[] chunk, Socket to, Direction direction, CancellationToken stopping)
    {
        var condition = proxy.Condition;
        if (condition.Dropped.HasFlag(direction))
        {
            _lostBytes = true;
            return;
        }

        var trickles = condition.Trickled.HasFlag(direction) && condition.PieceSize > 0;
        for (var start = 0; start < chunk.Length;)
        {
            var length = Math.Min(chunk.Length - start, trickles ? condition.PieceSize : chunk.Length);
            var cut = condition.CutDirection.HasFlag(direction) && condition.CutDirection != Direction.None
                ? condition.CutAfter - _passed[(int)direction]
                : long.MaxValue;
            length = (int)Math.Min(length, Math.Max(cut, 0));
            await SendAllAsync(to, chunk.AsMemory(start, length), stopping);
            _passed[(int)direction] += length;
            start += length;
            if (length >= cut)
            {
                await EndAfterArrivalAsync(to, stopping);
                return;
            }

            if (trickles)
            {
                await Task.Delay(condition.Pause, stopping);
            }
        }
    }

    /// <summary>A reset overtakes bytes that are still under way; a shutdown lets them arrive first.</summary>
    private async Task EndAfterArrivalAsync(Socket to, CancellationToken stopping)
    {
        to.Shutdown(SocketShutdown.Send);
        await Task.Delay(Glance, stopping);
        Reset();
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken stopping)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await to.SendAsync(bytes, stopping)..];
        }
    }

    private static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // It was never connected, or is closed already.
        }

        socket.Dispose();
    }

    private static bool IsEnd(Exception e) =>
        e is SocketException or ObjectDisposedException or OperationCanceledException or ChannelClosedException;
}
