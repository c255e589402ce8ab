using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TestServers.Proxy;

/// <summary>
/// A TCP proxy on loopback that stands between a client and a real server and makes the network bad. Faults are set
/// and lifted while connections are open; they apply to those that are open and to those that come.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<int, ProxiedConnection> _open = new();
    private readonly EndPoint _target;
    private readonly Task _accepting;
    private volatile NetworkCondition _condition = NetworkCondition.Healthy;
    private int _accepted;

    private FaultProxy(EndPoint target)
    {
        _target = target;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync(_stop.Token);
    }

    public int Port { get; }

    /// <summary>Host and port, as the client's connection string takes them.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>How many connections were accepted so far.</summary>
    public int Connections => Volatile.Read(ref _accepted);

    /// <summary>How many connections are open through the proxy.</summary>
    public int OpenConnections => _open.Count;

    /// <summary>Gets each chunk of replies and returns what arrives in its place: a server that lies. Null: none does.</summary>
    public Func<byte[], byte[]>? Falsify { get; set; }

    internal NetworkCondition Condition => _condition;

    /// <summary>Starts a proxy in front of a server on loopback.</summary>
    public static FaultProxy Start(int targetPort) => new(new IPEndPoint(IPAddress.Loopback, targetPort));

    /// <summary>Each chunk of bytes arrives this much later, in the order it was sent.</summary>
    public void Delay(TimeSpan delay, Direction direction = Direction.Both) =>
        _condition = NetworkCondition.Healthy with { Delay = delay, Delayed = direction };

    /// <summary>Bytes of one direction are taken and lost. Connections that lost bytes are reset by <see cref="Heal"/>.</summary>
    public void Drop(Direction direction) => _condition = NetworkCondition.Healthy with { Dropped = direction };

    /// <summary>
    /// Nothing goes through any more and no side is told: the network is gone, the sockets stay open. What was held
    /// back goes on after <see cref="Heal"/>.
    /// </summary>
    public void HalfOpen(Direction direction = Direction.Both) => _condition = NetworkCondition.Healthy with { Stalled = direction };

    /// <summary>Bytes arrive in pieces of this size with a pause after each.</summary>
    public void Trickle(int pieceSize, TimeSpan pause, Direction direction = Direction.Both) =>
        _condition = NetworkCondition.Healthy with { PieceSize = pieceSize, Pause = pause, Trickled = direction };

    /// <summary>
    /// Every connection, open or to come, is reset once this many more bytes went through it in that direction: the
    /// last byte still arrives.
    /// </summary>
    public void CutAfter(long bytes, Direction direction)
    {
        _condition = NetworkCondition.Healthy with { CutAfter = bytes, CutDirection = direction };
        foreach (var connection in _open.Values)
        {
            connection.RestartCount();
        }
    }

    /// <summary>New connections are accepted and closed at once; open ones live on.</summary>
    public void Refuse() => _condition = NetworkCondition.Healthy with { Refused = true };

    /// <summary>Back to a good network.</summary>
    public void Heal()
    {
        _condition = NetworkCondition.Healthy;
        foreach (var connection in _open.Values.Where(connection => connection.HasLostBytes))
        {
            connection.Reset();
        }
    }

    /// <summary>Resets every open connection, on both sides.</summary>
    public void ResetAll()
    {
        foreach (var connection in _open.Values)
        {
            connection.Reset();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        ResetAll();
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(stopping);
                _ = RunAsync(client, Interlocked.Increment(ref _accepted), stopping);
            }
        }
        catch (Exception e) when (stopping.IsCancellationRequested
            && e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Disposed: the listener ends in one way or another.
        }
    }

    private async Task RunAsync(Socket client, int number, CancellationToken stopping)
    {
        if (_condition.Refused)
        {
            client.Dispose();
            return;
        }

        var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var connection = new ProxiedConnection(this, client, server);
        try
        {
            await server.ConnectAsync(_target, stopping);
            _open[number] = connection;
            await connection.RunAsync(stopping);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The server is down, or the test is over.
        }
        finally
        {
            connection.Reset();
            _open.TryRemove(number, out _);
        }
    }
}
