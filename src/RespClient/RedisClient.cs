using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

using RespClient.Commands;
using RespClient.Configuration;
using RespClient.Connections;
using RespClient.Pipelines;
using RespClient.Protocol;

namespace RespClient;

/// <summary>
/// A client of one Redis server: all callers share one pipelined connection, which is opened again when it is lost.
/// Safe for concurrent use; keep one for the life of the application.
/// </summary>
/// <remarks>
/// Commands wait in a bounded backlog while there is no connection, and are sent in order when there is one, each within
/// its own time-out. A command that was written when its connection was lost is never sent again.
/// </remarks>
public sealed class RedisClient : IRedisClient, IAsyncDisposable, IDisposable
{
    private readonly RedisClientOptions _options;
    private readonly CommandPipeline _pipeline;
    private readonly ConnectionSupervisor _supervisor;
    private readonly DedicatedConnections _dedicated;

    /// <summary>Creates a client that connects in the background: never blocks, never fails for a server that is away.</summary>
    /// <param name="options">Do not change them afterwards.</param>
    /// <param name="loggerFactory">Where it logs connections gained and lost; <see langword="null"/>: nowhere.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public RedisClient(RedisClientOptions options, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        RedisClientOptionsValidator.ThrowIfInvalid(options);
        _options = options;
        var silence = options.CommandTimeout > options.HeartbeatInterval ? options.CommandTimeout : options.HeartbeatInterval;
        _pipeline = new CommandPipeline(
            new PipelineLimits(options.CommandTimeout, options.MaxBacklogCommands, options.MaxBacklogBytes, silence), options.TimeProvider);
        _dedicated = new DedicatedConnections(options);
        Loggers = loggerFactory ?? NullLoggerFactory.Instance;
        _supervisor = new ConnectionSupervisor(options, _pipeline, Loggers.CreateLogger<RedisClient>());
    }

    /// <summary>Whether there is a connection right now.</summary>
    public bool IsConnected => _pipeline.IsConnected;

    /// <summary>The clock of the options.</summary>
    internal TimeProvider Time => _options.TimeProvider;

    /// <summary>As <see cref="CommandPipeline.NewestAnswerStartedAt"/>.</summary>
    internal long NewestAnswerStartedAt => _pipeline.NewestAnswerStartedAt;

    /// <summary>For the parts of the client that log on their own.</summary>
    internal ILoggerFactory Loggers { get; }

    /// <summary>Creates a client and waits for its first connection.</summary>
    /// <param name="connectionString">As <see cref="RedisClientOptions.ConnectionString"/> reads it.</param>
    /// <param name="cancellationToken">Stops waiting, and the client with it.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    /// <exception cref="RedisException">No server could be reached, or it refused; not with <c>abortConnect=false</c>.</exception>
    public static Task<RedisClient> ConnectAsync(string connectionString, CancellationToken cancellationToken = default) =>
        ConnectAsync(new RedisClientOptions { ConnectionString = connectionString }, null, cancellationToken);

    /// <summary>Creates a client and waits for its first connection.</summary>
    /// <param name="options">Do not change them afterwards.</param>
    /// <param name="loggerFactory">Where it logs; <see langword="null"/>: nowhere.</param>
    /// <param name="cancellationToken">Stops waiting, and the client with it.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="RedisException">No server could be reached, or it refused; not without <see cref="RedisClientOptions.AbortOnConnectFail"/>.</exception>
    public static async Task<RedisClient> ConnectAsync(
        RedisClientOptions options, ILoggerFactory? loggerFactory = null, CancellationToken cancellationToken = default)
    {
        var client = new RedisClient(options, loggerFactory);
        try
        {
            await client._supervisor.FirstAttempt.WaitAsync(cancellationToken);
        }
        catch (Exception e) when (!options.AbortOnConnectFail && !cancellationToken.IsCancellationRequested && e is not OperationCanceledException)
        {
            // The client goes on trying; that the first attempt failed is in the log.
        }
        catch (Exception e)
        {
            await client.DisposeAsync();
            if (e is RedisException or OperationCanceledException)
            {
                throw;
            }

            var tried = string.Join(", ", ConnectionSupervisor.EndPoints(options).Select(EndPointConnector.Describe));
            throw new RedisConnectionException($"No connection to {tried}: {e.Message}", CommandOutcome.NotSent, e);
        }

        return client;
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">
    /// The command would change the connection for everybody (MULTI, SUBSCRIBE, SELECT, …); the message says what to use.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default)
    {
        if (string.IsNullOrEmpty(command.Name))
        {
            throw new ArgumentException("The command has no name.", nameof(command));
        }

        switch (CommandRules.Classify(command))
        {
            case CommandNeed.OwnConnection:
                return ExecuteBlockingAsync(command, cancellationToken);
            case CommandNeed.Misuse:
                throw CommandRules.Misuse(command);
            default:
                return cancellationToken.IsCancellationRequested
                    ? ValueTask.FromCanceled<RespValue>(cancellationToken)
                    : Enqueue(command, null, cancellationToken);
        }
    }

    /// <summary>
    /// Sends a command on the shared connection, whatever it is, and lets an observer see its reply on the reader loop
    /// before the caller does. Callable from within the callbacks of a <see cref="WireObserver"/>.
    /// </summary>
    internal ValueTask<RespValue> ExecuteAsync(in RedisCommand command, IReplyObserver observer, CancellationToken cancellationToken = default) =>
        Enqueue(command, observer, cancellationToken);

    /// <summary>From now on the observer is told; first, soon, of the connection if there is one.</summary>
    internal void Observe(WireObserver observer)
    {
        _pipeline.Observers.Add(observer);
        if (_pipeline.IsConnected)
        {
            // Its reply makes the reader loop look.
            _ = PingAsync();
        }
    }

    internal void Unobserve(WireObserver observer) => _pipeline.Observers.Remove(observer);

    /// <summary>Closes the connection. Commands in flight end as "outcome unknown", unsent ones as "not sent".</summary>
    public async ValueTask DisposeAsync()
    {
        await _pipeline.DisposeAsync();
        await _supervisor.DisposeAsync();
        await _dedicated.DisposeAsync();
    }

    /// <summary>As <see cref="DisposeAsync"/>, without waiting for the last bytes.</summary>
    public void Dispose()
    {
        _pipeline.Close(new ObjectDisposedException(nameof(RedisClient)));
        _supervisor.Stop();
        _ = DisposeAsync().AsTask();
    }

    private ValueTask<RespValue> Enqueue(in RedisCommand command, IReplyObserver? observer, CancellationToken cancellationToken)
    {
        var pending = PendingReply.Rent(inline: false, observer);
        var task = pending.Task;
        _pipeline.Enqueue(pending, command.Name, command.Arguments, command.Timeout);
        pending.CancelWith(cancellationToken);
        return task;
    }

    private async Task PingAsync()
    {
        try
        {
            await Enqueue(new RedisCommand("PING"), null, CancellationToken.None);
        }
        catch (RedisException)
        {
            // The next connection tells.
        }
        catch (ObjectDisposedException)
        {
            // There will be none.
        }
    }

    private async ValueTask<RespValue> ExecuteBlockingAsync(RedisCommand command, CancellationToken cancellationToken)
    {
        var block = CommandRules.BlockTime(command);
        var timeout = command.Timeout
            ?? (block == Timeout.InfiniteTimeSpan || _options.CommandTimeout == Timeout.InfiniteTimeSpan ? Timeout.InfiniteTimeSpan : block + _options.CommandTimeout);
        var connection = await _dedicated.RentAsync(cancellationToken);
        var isClean = false;
        try
        {
            var reply = await connection.ExecuteAsync(command, timeout, cancellationToken);
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
            await (isClean ? _dedicated.ReturnAsync(connection) : connection.DisposeAsync());
        }
    }
}
