using System.Collections.Concurrent;

using RespClient.Diagnostics;
using RespClient.Pending;
using RespClient.Pipelines;
using RespClient.Protocol;

namespace RespClient.Connections;

/// <summary>
/// Connections lent to one caller at a time, for what would stall or confuse the shared one: blocking commands, and the
/// time between WATCH and EXEC. One that was not given back clean is closed, which also ends what it was blocked in.
/// </summary>
internal sealed class DedicatedConnections(RedisClientOptions options, ClientMetrics metrics) : IAsyncDisposable
{
    private const int MaxIdle = 4;

    private readonly ConcurrentQueue<DedicatedConnection> _idle = new();
    private readonly CancellationTokenSource _stopped = new();

    /// <exception cref="RedisConnectionException">No server could be reached.</exception>
    public async ValueTask<DedicatedConnection> RentAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stopped.IsCancellationRequested, typeof(RedisClient));
        while (_idle.TryDequeue(out var idle))
        {
            if (idle.Pipeline.IsConnected)
            {
                return idle;
            }

            await idle.DisposeAsync();
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopped.Token);
        Exception? last = null;
        foreach (var endPoint in ConnectionSupervisor.EndPoints(options))
        {
            try
            {
                return new DedicatedConnection(await ConnectionSupervisor.OpenAsync(options, endPoint, WaitsOn.Pool, either.Token), options, metrics);
            }
            catch (Exception e) when (e is not OperationCanceledException && e is not RedisServerException)
            {
                last = new RedisConnectionException(
                    $"No connection to {EndPointConnector.Describe(endPoint)}: {e.Message}", CommandOutcome.NotSent, e);
            }
        }

        throw last!;
    }

    /// <summary>Takes back a connection on which nothing is outstanding.</summary>
    public ValueTask ReturnAsync(DedicatedConnection connection)
    {
        if (_stopped.IsCancellationRequested || _idle.Count >= MaxIdle || !connection.Pipeline.IsConnected)
        {
            return connection.DisposeAsync();
        }

        _idle.Enqueue(connection);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        while (_idle.TryDequeue(out var idle))
        {
            await idle.DisposeAsync();
        }
    }
}

/// <summary>One connection and its pipeline; when it is lost, so is the pipeline.</summary>
internal sealed class DedicatedConnection : IAsyncDisposable
{
    private readonly RespConnection _connection;
    private readonly Task _serving;

    public DedicatedConnection(RespConnection connection, RedisClientOptions options, ClientMetrics metrics)
    {
        _connection = connection;

        // A blocked connection is silent for as long as it was told to block.
        var limits = new PipelineLimits(options.CommandTimeout, options.MaxBacklogCommands, options.MaxBacklogBytes, TimeSpan.MaxValue, SendsReadsAgain: false);
        Pipeline = new CommandPipeline(limits, options.TimeProvider, metrics);
        _serving = ServeAsync();
    }

    public CommandPipeline Pipeline { get; }

    public ValueTask<RespValue> ExecuteAsync(in RedisCommand command, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var pending = PendingReply.Rent(command);
        var task = pending.Task;
        Pipeline.Enqueue(pending, command.Name, command.Arguments, timeout);
        pending.CancelWith(cancellationToken);
        return task;
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Abort(new ObjectDisposedException(nameof(DedicatedConnection)));
        await _serving;
        await Pipeline.DisposeAsync();
    }

    private async Task ServeAsync()
    {
        await using (_connection)
        {
            var reason = await _connection.ServeAsync(Pipeline);
            var why = $"{_connection.EndPoint}: {reason.Message}";
            Pipeline.Detach(_connection, reason, why);
            Pipeline.Close(new RedisConnectionException($"The connection was lost: {why}", CommandOutcome.NotSent, reason));
        }
    }
}
