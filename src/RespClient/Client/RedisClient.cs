using System.Buffers;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

using RespClient.Configuration;
using RespClient.Connections;
using RespClient.Diagnostics;
using RespClient.Protocol;
using RespClient.PubSub;
using RespClient.Queue;
using RespClient.Replication;
using RespClient.Transactions;
using RespClient.Wire;

namespace RespClient;

/// <summary>
/// A client of one Redis server: all callers share one pipelined connection, which is opened again when it is lost.
/// Safe for concurrent use; keep one for the life of the application.
/// </summary>
/// <remarks>
/// Commands wait in a bounded backlog while there is no connection, and are sent in order when there is one, each within
/// its own time-out. A read that a lost connection left unanswered is sent again on the next one
/// (<see cref="RedisClientOptions.RetriesReads"/>); any other command is never sent twice.
/// </remarks>
public sealed class RedisClient : IRedisClient, IAsyncDisposable, IDisposable
{
    // A reply too many or too few is found within this, as long as anything is sent.
    private static readonly TimeSpan StepInterval = TimeSpan.FromMilliseconds(500);

    private readonly RedisClientOptions _options;
    private readonly ClientMetrics _metrics = new();
    private readonly CommandPipeline _pipeline;
    private readonly TransactionTrial _trial;
    private readonly ConnectionSupervisor _supervisor;
    private readonly DedicatedConnections _dedicated;
    private readonly SubscriptionHub _subscriptions;

    /// <summary>Creates a client that connects in the background: never blocks, never fails for a server that is away.</summary>
    /// <param name="options">Do not change them afterwards.</param>
    /// <param name="loggerFactory">Where it logs connections gained and lost; <see langword="null"/>: nowhere.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public RedisClient(RedisClientOptions options, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        RedisClientOptionsValidator.ThrowIfInvalid(options);
        _options = options;
        var limits = new PipelineLimits(
            options.CommandTimeout, options.MaxBacklogCommands, options.MaxBacklogBytes, options.HeartbeatInterval, StepInterval, options.RetriesReads);
        _pipeline = new CommandPipeline(limits, options.TimeProvider, _metrics);
        _trial = new TransactionTrial(_pipeline, options.CommandTimeout);
        _metrics.Watch(_pipeline.Look);
        _dedicated = new DedicatedConnections(options, _metrics);
        Loggers = loggerFactory ?? NullLoggerFactory.Instance;
        _subscriptions = new SubscriptionHub(options, Loggers.CreateLogger<RedisClient>());
        _supervisor = new ConnectionSupervisor(options, _pipeline, Loggers.CreateLogger<RedisClient>());
    }

    /// <summary>Whether there is a connection right now.</summary>
    public bool IsConnected => _pipeline.IsConnected;

    /// <summary>The clock of the options.</summary>
    internal TimeProvider Time => _options.TimeProvider;

    /// <summary>As <see cref="CommandPipeline.NewestAnswerStartedAt"/>.</summary>
    internal long NewestAnswerStartedAt => _pipeline.NewestAnswerStartedAt;

    /// <summary>As <see cref="CommandPipeline.AnsweredThrough"/>.</summary>
    internal long AnsweredThrough => _pipeline.AnsweredThrough;

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
        catch
        {
            await client.DisposeAsync();
            throw;
        }

        return client;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The command has no name.</exception>
    /// <exception cref="InvalidOperationException">
    /// The command gets no reply of its own or changes the shared connection (SUBSCRIBE, MULTI, SELECT, WAIT, …); the
    /// message says what to use.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The client was disposed.</exception>
    public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default)
    {
        var need = CommandRules.Classify(command);
        if (need == CommandNeed.Misuse)
        {
            throw CommandRules.Misuse(command);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<RespValue>(cancellationToken);
        }

        return ClientActivity.HasListeners ? Trace(command, need, cancellationToken) : Execute(command, need, cancellationToken);
    }

    /// <summary>
    /// Sends a command of any kind on the shared connection, and lets an observer see its reply on the reader loop
    /// before the caller does. Callable from within the callbacks of a <see cref="WireObserver"/>.
    /// </summary>
    internal ValueTask<RespValue> ExecuteAsync(in RedisCommand command, IReplyObserver observer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<RespValue>(cancellationToken)
        : ClientActivity.HasListeners ? Trace(command, observer, cancellationToken)
        : Enqueue(command, observer, cancellationToken);

    /// <summary>Adds an observer, which soon sees the present connection, if there is one.</summary>
    internal void Observe(WireObserver observer)
    {
        _pipeline.Observers.Add(observer);
        if (_pipeline.IsConnected)
        {
            // Its reply makes the reader loop look.
            _pipeline.Probe();
        }
    }

    /// <summary>As <see cref="CommandPipeline.Probe"/>.</summary>
    internal void Probe() => _pipeline.Probe();

    internal void Unobserve(WireObserver observer) => _pipeline.Observers.Remove(observer);

    /// <summary>Sends a command whose reply is a string, and copies that into a buffer. Allocates nothing in a steady state.</summary>
    /// <param name="destination">Where the string goes. Not touched once the wait has ended early.</param>
    /// <param name="name">The command's first word.</param>
    /// <param name="arguments">The arguments, read before the method returns.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The string's length, or -1 for a null reply.</returns>
    /// <exception cref="RedisReplyTypeException">The reply is no string, or longer than the buffer.</exception>
    /// <exception cref="RedisException">As <see cref="ExecuteAsync(RedisCommand, CancellationToken)"/> throws it.</exception>
    public ValueTask<int> ExecuteIntoAsync(
        Memory<byte> destination, string name, ReadOnlySpan<RedisArgument> arguments, CancellationToken cancellationToken = default) =>
        ExecuteInto(PendingBytes.Rent(destination, null), name, arguments, cancellationToken);

    /// <summary>Sends a command whose reply is a string, and appends that to a writer.</summary>
    /// <param name="destination">Gets the string on the client's reader loop: it must not block. Not touched once the wait has ended early.</param>
    /// <param name="name">The command's first word.</param>
    /// <param name="arguments">The arguments, read before the method returns.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The string's length, or -1 for a null reply.</returns>
    /// <exception cref="RedisReplyTypeException">The reply is no string.</exception>
    /// <exception cref="RedisException">As <see cref="ExecuteAsync(RedisCommand, CancellationToken)"/> throws it.</exception>
    public ValueTask<int> ExecuteIntoAsync(
        IBufferWriter<byte> destination, string name, ReadOnlySpan<RedisArgument> arguments, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return ExecuteInto(PendingBytes.Rent(default, destination), name, arguments, cancellationToken);
    }

    /// <summary>GET into a buffer; see <see cref="ExecuteIntoAsync(Memory{byte}, string, ReadOnlySpan{RedisArgument}, CancellationToken)"/>.</summary>
    /// <returns>The value's length, or -1 if there is none.</returns>
    public ValueTask<int> GetAsync(RedisArgument key, Memory<byte> destination, CancellationToken cancellationToken = default) =>
        ExecuteInto(PendingBytes.Rent(destination, null), "GET", new ReadOnlySpan<RedisArgument>(in key), cancellationToken);

    /// <summary>GET to the end of a writer; see <see cref="ExecuteIntoAsync(IBufferWriter{byte}, string, ReadOnlySpan{RedisArgument}, CancellationToken)"/>.</summary>
    /// <returns>The value's length, or -1 if there is none.</returns>
    public ValueTask<int> GetAsync(RedisArgument key, IBufferWriter<byte> destination, CancellationToken cancellationToken = default) =>
        ExecuteIntoAsync(destination, "GET", new ReadOnlySpan<RedisArgument>(in key), cancellationToken);

    /// <summary>
    /// Runs a write and waits until replicas have it. Both are sent in one piece on a connection of their own, since WAIT
    /// waits for the writes of its own connection and of no other.
    /// </summary>
    /// <param name="write">
    /// A command that does not block. Its time-out, or the client's default, is for its reply and that of WAIT together,
    /// in addition to <paramref name="timeout"/>.
    /// </param>
    /// <param name="replicas">How many replicas are waited for, at least 1.</param>
    /// <param name="timeout">How long they are waited for, from 1 ms to 1 h.</param>
    /// <param name="cancellationToken">Stops waiting; what was written still runs.</param>
    /// <returns>The reply, and how many replicas have confirmed, also where they are fewer than were waited for.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="replicas"/> or <paramref name="timeout"/> is out of its range.</exception>
    /// <exception cref="InvalidOperationException">The command blocks, or is refused as <see cref="ExecuteAsync(RedisCommand, CancellationToken)"/> refuses it.</exception>
    /// <exception cref="RedisServerException">
    /// The write was refused. With <see cref="CommandOutcome.OutcomeUnknown"/>: WAIT was (on a replica, by an ACL), and
    /// the write has run.
    /// </exception>
    /// <exception cref="RedisException">As <see cref="ExecuteAsync(RedisCommand, CancellationToken)"/> throws it.</exception>
    public Task<ReplicatedReply> ExecuteAndWaitAsync(RedisCommand write, int replicas, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.FromMilliseconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, TimeSpan.FromHours(1));
        if (CommandRules.Classify(write.Name, write.Arguments) != CommandNeed.Shared)
        {
            throw CommandRules.Misuse(write);
        }

        return _dedicated.Follow(_dedicated.UseAsync(
            connection => connection.ExecuteAndWaitAsync(write, replicas, timeout, cancellationToken), cancellationToken));
    }

    /// <summary>Starts a transaction: commands that are sent and run as one.</summary>
    public RedisTransaction CreateTransaction() => new(_pipeline, _trial);

    /// <summary>Watches keys on a connection of their own, for a transaction that commits only if they did not change.</summary>
    /// <param name="keys">At least one.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RedisServerException">The server refused WATCH, or takes no transactions.</exception>
    /// <exception cref="RedisException">As <see cref="ExecuteAsync(RedisCommand, CancellationToken)"/> throws it.</exception>
    public Task<RedisWatch> WatchAsync(ReadOnlySpan<RedisArgument> keys, CancellationToken cancellationToken = default) =>
        RedisWatch.StartAsync(_dedicated, new RedisCommand("WATCH", keys), cancellationToken);

    /// <summary>Subscribes to a channel and completes when the server has confirmed it.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="capacity">How many messages may wait to be read; then the oldest are dropped, and counted. Default 1024, at least 1.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RedisTimeoutException">Not confirmed within the command time-out.</exception>
    public Task<RedisSubscription> SubscribeAsync(string channel, int capacity = 1024, CancellationToken cancellationToken = default) =>
        SubscribeAsync(channel, isPattern: false, capacity, cancellationToken);

    /// <summary>Subscribes to all channels that match a glob such as <c>news.*</c>.</summary>
    /// <param name="pattern">The glob.</param>
    /// <param name="capacity">How many messages may wait to be read; then the oldest are dropped, and counted. Default 1024, at least 1.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="RedisTimeoutException">Not confirmed within the command time-out.</exception>
    public Task<RedisSubscription> SubscribePatternAsync(string pattern, int capacity = 1024, CancellationToken cancellationToken = default) =>
        SubscribeAsync(pattern, isPattern: true, capacity, cancellationToken);

    /// <summary>
    /// Ends the connection that all callers share, because an answer that came over it cannot be the right one, and opens
    /// the next at once. Every command in flight on it fails as "outcome unknown", reads included; what was not sent waits
    /// for the next connection. Without a connection it does nothing.
    /// </summary>
    /// <param name="reason">Why, for the log and for the callers whose commands fail. No secret.</param>
    public void DropConnection(string reason)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(reason);
        _supervisor.Drop(new RedisProtocolException(reason));
    }

    /// <summary>
    /// Closes the connections. Commands in flight end as "outcome unknown", unsent ones as "not sent"; every one of them,
    /// blocking commands included, has ended when this returns.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _pipeline.Dispose();
        await _supervisor.DisposeAsync();
        await _dedicated.DisposeAsync();
        await _subscriptions.DisposeAsync();
        await EndedCalls.Shared.SettledAsync();
        _metrics.Dispose();
    }

    /// <summary>As <see cref="DisposeAsync"/>, without waiting for the last bytes.</summary>
    public void Dispose()
    {
        _pipeline.Close(new ObjectDisposedException(nameof(RedisClient)));
        _supervisor.Stop();
        _ = DisposeAsync().AsTask();
    }

    // Apart, because a closure is allocated where its variables are declared.
    private ValueTask<RespValue> Trace(RedisCommand command, CommandNeed need, CancellationToken cancellationToken) =>
        ClientActivity.TraceAsync(command.Name, () => Execute(command, need, cancellationToken));

    private ValueTask<RespValue> Trace(RedisCommand command, IReplyObserver observer, CancellationToken cancellationToken) =>
        ClientActivity.TraceAsync(command.Name, () => Enqueue(command, observer, cancellationToken));

    private ValueTask<RespValue> Execute(in RedisCommand command, CommandNeed need, CancellationToken cancellationToken) =>
        need == CommandNeed.OwnConnection
            ? new ValueTask<RespValue>(_dedicated.Follow(ExecuteBlockingAsync(command, cancellationToken)))
            : Enqueue(command, null, cancellationToken);

    private ValueTask<RespValue> Enqueue(in RedisCommand command, IReplyObserver? observer, CancellationToken cancellationToken)
    {
        var pending = PendingReply.Rent(command, observer);
        var task = pending.Task;
        _pipeline.Enqueue(pending, command.Name, command.Arguments, command.Timeout);
        pending.CancelWith(cancellationToken);
        return task;
    }

    private ValueTask<int> ExecuteInto(PendingBytes pending, string name, ReadOnlySpan<RedisArgument> arguments, CancellationToken cancellationToken)
    {
        if (CommandRules.Classify(name, arguments) != CommandNeed.Shared)
        {
            throw CommandRules.Misuse(name, arguments);
        }

        var task = pending.Task;
        _pipeline.Enqueue(pending, name, arguments);
        pending.CancelWith(cancellationToken);
        return task;
    }

    private Task<RedisSubscription> SubscribeAsync(string name, bool isPattern, int capacity, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return _subscriptions.AddAsync(new SubscriptionName(name, isPattern), capacity, cancellationToken);
    }

    private async Task<RespValue> ExecuteBlockingAsync(RedisCommand command, CancellationToken cancellationToken)
    {
        var block = CommandRules.BlockTime(command);
        var timeout = command.Timeout
            ?? (block == Timeout.InfiniteTimeSpan || _options.CommandTimeout == Timeout.InfiniteTimeSpan ? Timeout.InfiniteTimeSpan : block + _options.CommandTimeout);
        return await _dedicated.UseAsync(connection => connection.ExecuteAsync(command, timeout, cancellationToken), cancellationToken);
    }
}
