using System.Diagnostics.CodeAnalysis;

using RespClient.Diagnostics;
using RespClient.Protocol;
using RespClient.Queue;
using RespClient.Replication;
using RespClient.Transactions;
using RespClient.Wire;

namespace RespClient.Connections;

/// <summary>
/// Connections lent to one caller at a time, for what would stall or confuse the shared one: blocking commands, and the
/// time between WATCH and EXEC. One that was not given back clean is closed, which also ends what it was blocked in.
/// </summary>
internal sealed class DedicatedConnections(RedisClientOptions options, ClientMetrics metrics) : IAsyncDisposable
{
    private const int MaxIdle = 4;

    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _gate = new();

    // Under the gate.
    private readonly Stack<DedicatedConnection> _idle = new();
    private readonly HashSet<DedicatedConnection> _lent = [];
    private readonly HashSet<Task> _blocked = [];
    private bool _isStopped;

    /// <exception cref="RedisConnectionException">No server could be reached.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public async ValueTask<DedicatedConnection> RentAsync(CancellationToken cancellationToken)
    {
        while (TryLendIdle(out var idle))
        {
            if (idle.Pipeline.IsConnected)
            {
                // What is asked next is answered behind it, if replies are in step.
                idle.Pipeline.Probe();
                return idle;
            }

            await CloseAsync(idle);
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopped.Token);
            return Lend(await OpenAsync(either.Token));
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
            throw CommandErrors.Disposed();
        }
    }

    /// <summary>Takes back a connection on which nothing is outstanding.</summary>
    public ValueTask ReturnAsync(DedicatedConnection connection)
    {
        lock (_gate)
        {
            if (!_isStopped && _idle.Count < MaxIdle && connection.Pipeline.IsConnected)
            {
                _lent.Remove(connection);
                _idle.Push(connection);
                return ValueTask.CompletedTask;
            }
        }

        return CloseAsync(connection);
    }

    /// <summary>Closes a connection that was lent, and ends what it waits for.</summary>
    public async ValueTask CloseAsync(DedicatedConnection connection)
    {
        await connection.DisposeAsync();
        lock (_gate)
        {
            _lent.Remove(connection);
        }
    }

    /// <summary>Lends a connection for one command, and closes it unless the server has answered.</summary>
    public async Task<T> UseAsync<T>(Func<DedicatedConnection, ValueTask<T>> execute, CancellationToken cancellationToken)
    {
        var connection = await RentAsync(cancellationToken);
        var isClean = false;
        try
        {
            var reply = await execute(connection);
            isClean = true;
            return reply;
        }
        catch (RedisServerException)
        {
            isClean = true;
            throw;
        }
        finally
        {
            await (isClean ? ReturnAsync(connection) : CloseAsync(connection));
        }
    }

    /// <summary>A command that waits on a lent connection: it has ended before <see cref="DisposeAsync"/> returns.</summary>
    public Task<T> Follow<T>(Task<T> blocked)
    {
        lock (_gate)
        {
            _blocked.Add(blocked);
        }

        _ = blocked.ContinueWith(Forget, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return blocked;
    }

    public async ValueTask DisposeAsync()
    {
        DedicatedConnection[] open;
        Task[] blocked;
        lock (_gate)
        {
            _isStopped = true;
            open = [.. _idle, .. _lent];
            blocked = [.. _blocked];
            _idle.Clear();
        }

        await _stopped.CancelAsync();
        foreach (var connection in open)
        {
            await connection.DisposeAsync();
        }

        // Their callers get the reason.
        await Task.WhenAll(blocked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private bool TryLendIdle([MaybeNullWhen(false)] out DedicatedConnection connection)
    {
        lock (_gate)
        {
            if (_isStopped)
            {
                throw CommandErrors.Disposed();
            }

            if (!_idle.TryPop(out connection))
            {
                return false;
            }

            _lent.Add(connection);
            return true;
        }
    }

    private DedicatedConnection Lend(RespConnection connection)
    {
        var lent = new DedicatedConnection(connection, options, metrics);
        lock (_gate)
        {
            if (!_isStopped)
            {
                _lent.Add(lent);
                return lent;
            }
        }

        _ = lent.DisposeAsync().AsTask();
        throw CommandErrors.Disposed();
    }

    private void Forget(Task ended)
    {
        lock (_gate)
        {
            _blocked.Remove(ended);
        }
    }

    private async Task<RespConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var failures = new ConnectFailures();
        foreach (var endPoint in ConnectionSupervisor.EndPoints(options))
        {
            try
            {
                return await ConnectionSupervisor.OpenAsync(options, endPoint, WaitsOn.Pool, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                failures.Note(endPoint, e, out _);
            }
        }

        throw failures.ToException();
    }
}

/// <summary>One connection and its pipeline; when it is lost, so is the pipeline.</summary>
internal sealed class DedicatedConnection : IAsyncDisposable
{
    private readonly RespConnection _connection;
    private readonly TimeSpan _commandTimeout;
    private readonly Task _serving;

    public DedicatedConnection(RespConnection connection, RedisClientOptions options, ClientMetrics metrics)
    {
        _connection = connection;
        _commandTimeout = options.CommandTimeout;

        // A blocked connection is silent for as long as it was told to block.
        var limits = new PipelineLimits(options.CommandTimeout, options.MaxBacklogCommands, options.MaxBacklogBytes, TimeSpan.MaxValue, null, SendsReadsAgain: false);
        Pipeline = new CommandPipeline(limits, options.TimeProvider, metrics);
        Trial = new TransactionTrial(Pipeline, options.CommandTimeout);
        _serving = ServeAsync();
    }

    public CommandPipeline Pipeline { get; }

    public TransactionTrial Trial { get; }

    public ValueTask<RespValue> ExecuteAsync(in RedisCommand command, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var pending = PendingReply.Rent(command);
        var task = pending.Task;
        Pipeline.Enqueue(pending, command.Name, command.Arguments, timeout);
        pending.CancelWith(cancellationToken);
        return task;
    }

    /// <summary>A write and WAIT in one piece.</summary>
    public ValueTask<ReplicatedReply> ExecuteAndWaitAsync(in RedisCommand write, int replicas, TimeSpan wait, CancellationToken cancellationToken)
    {
        var pending = new PendingReplicatedWrite();
        var task = pending.Task;
        var timeout = write.Timeout ?? _commandTimeout;
        RedisCommand[] both = [write, new RedisCommand("WAIT", replicas, (long)Math.Ceiling(wait.TotalMilliseconds))];
        Pipeline.TryEnqueue(pending, both, timeout == Timeout.InfiniteTimeSpan ? timeout : timeout + wait);
        pending.CancelWith(cancellationToken);
        return task;
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Abort(new ObjectDisposedException(nameof(DedicatedConnection)));
        await _serving;
        Pipeline.Dispose();
    }

    private async Task ServeAsync()
    {
        await using (_connection)
        {
            var reason = await _connection.ServeAsync(Pipeline);
            var why = $"{_connection.EndPoint}: {ConnectFailures.ReasonOf(reason)}";
            Pipeline.Detach(_connection, reason, why);
            Pipeline.Close(new RedisConnectionException($"The connection was lost: {why}.", CommandOutcome.NotSent, reason));
        }
    }
}
