using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ForeignReplies.Tests.Shifted.Proxy;

/// <summary>
/// A proxy on loopback between a client and a real Redis. It drops, swaps, repeats and empties replies, as no good server
/// does. Handshakes and pushes pass as they are.
/// </summary>
internal sealed class ReplyShifter : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _running = [];
    private readonly int _serverPort;
    private readonly Task _accepting;
    private int _connections;

    private ReplyShifter(int serverPort, int seed)
    {
        _serverPort = serverPort;
        Plan = new ShiftPlan(seed);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>What is done to replies: nothing before it is begun.</summary>
    public ShiftPlan Plan { get; }

    /// <summary>Host and port, as the client's connection string takes them.</summary>
    public string ConnectionString =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>How many connections were accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>What went wrong in the proxy itself: then a test that passes proves nothing.</summary>
    public Exception? Failure { get; private set; }

    public static ReplyShifter Start(int serverPort, int seed) => new(serverPort, seed);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_running);
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                _running.Add(RunAsync(client));
            }
        }
        catch (Exception e) when (_stop.IsCancellationRequested && e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task RunAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using var clientSocket = client;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _serverPort, _stop.Token);
            await new ShiftedConnection(client, server, Plan).RunAsync(_stop.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // One side has ended, or the test is over.
        }
        catch (InvalidDataException e)
        {
            Failure = e;
        }
    }
}
