using RespClient.Connections;
using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Transactions;

/// <summary>
/// Watched keys on a connection of their own: read through it, then execute a transaction of it, which commits only if
/// none of the keys has changed meanwhile. Dispose it to give the connection back.
/// </summary>
/// <remarks>When its connection is lost, the watch is lost with it: executing then fails and nothing runs.</remarks>
public sealed class RedisWatch : IRedisClient, IAsyncDisposable
{
    private readonly DedicatedConnections _owner;
    private readonly DedicatedConnection _connection;
    private bool _isDisposed;

    private RedisWatch(DedicatedConnections owner, DedicatedConnection connection)
    {
        _owner = owner;
        _connection = connection;
    }

    /// <summary>Starts a transaction on the watching connection. Its execution ends the watch, committed or not.</summary>
    public RedisTransaction CreateTransaction() => new(_connection.Pipeline, _connection.Trial);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The command would change the connection (MULTI, SUBSCRIBE, …).</exception>
    public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return CommandRules.Classify(command) == CommandNeed.Misuse
            ? throw CommandRules.Misuse(command)
            : _connection.ExecuteAsync(command, command.Timeout, cancellationToken);
    }

    /// <summary>Ends the watch, if it still holds, and gives the connection back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        try
        {
            await _connection.ExecuteAsync(new RedisCommand("UNWATCH"), null, CancellationToken.None);
            await _owner.ReturnAsync(_connection);
        }
        catch (RedisException)
        {
            await _owner.CloseAsync(_connection);
        }
    }

    internal static async Task<RedisWatch> StartAsync(
        DedicatedConnections owner, RedisCommand watch, CancellationToken cancellationToken)
    {
        var connection = await owner.RentAsync(cancellationToken);

        // In one round trip, and the trial in front: it would end the watch.
        var trying = connection.Trial.RunIfNeededAsync();
        var both = Task.WhenAll(trying, connection.ExecuteAsync(watch, null, cancellationToken).AsTask());
        try
        {
            await both.WaitAsync(cancellationToken);
            return new RedisWatch(owner, connection);
        }
        catch
        {
            // This also ends a command that is still in flight.
            await owner.CloseAsync(connection);
            await both.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }
}
