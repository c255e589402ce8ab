using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace TestServers.Scripted;

/// <summary>
/// A server on loopback that does what a script says, so that faults no real server can be asked for are repeatable.
/// </summary>
public sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ReceivedCommand> _received = new();
    private readonly ConcurrentDictionary<int, ScriptedConnection> _open = new();
    private readonly ConcurrentQueue<Exception> _scriptFaults = new();
    private readonly Func<ScriptedConnection, Task> _script;
    private readonly Task _accepting;
    private int _accepted;

    private ScriptedServer(Func<ScriptedConnection, Task> script)
    {
        _script = script;
        Stopping = _stop.Token;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Host and port, as the client's connection string takes them.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>How many connections were accepted so far.</summary>
    public int Connections => Volatile.Read(ref _accepted);

    /// <summary>Every command received so far, in order per connection, the client's own included.</summary>
    public IReadOnlyCollection<ReceivedCommand> Received => _received;

    /// <summary>The commands received so far that callers of the client asked for.</summary>
    public IEnumerable<ReceivedCommand> Asked => _received.Where(command => !command.IsHousekeeping);

    /// <summary>Cancelled when the server is disposed.</summary>
    internal CancellationToken Stopping { get; }

    /// <summary>Starts a server that runs the script once for each connection.</summary>
    public static ScriptedServer Start(Func<ScriptedConnection, Task> script) => new(script);

    /// <summary>Starts a healthy server that answers each command of a caller with what the function returns.</summary>
    public static ScriptedServer Answering(Func<ReceivedCommand, string> answer) => Start(async connection =>
    {
        while (await connection.NextAsync() is { } command)
        {
            await connection.SendAsync(answer(command));
        }
    });

    internal void Record(ReceivedCommand command) => _received.Enqueue(command);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        foreach (var connection in _open.Values)
        {
            connection.Dispose();
        }

        _listener.Dispose();
        _stop.Dispose();
        if (_scriptFaults.TryDequeue(out var fault))
        {
            throw new InvalidOperationException("The script of a scripted server failed.", fault);
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(Stopping);
                _ = RunAsync(new ScriptedConnection(socket, this, Interlocked.Increment(ref _accepted)));
            }
        }
        catch (Exception e) when (Stopping.IsCancellationRequested
            && e is OperationCanceledException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Disposed: the listener ends in one way or another.
        }
    }

    private async Task RunAsync(ScriptedConnection connection)
    {
        _open[connection.Number] = connection;
        try
        {
            await _script(connection);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client closed, or the test is over.
        }
        catch (Exception e)
        {
            _scriptFaults.Enqueue(e);
        }
        finally
        {
            connection.Dispose();
            _open.TryRemove(connection.Number, out _);
        }
    }
}
