using System.Text;

using Microsoft.Extensions.Logging;

using RespClient.Connections;
using RespClient.Diagnostics;
using RespClient.Protocol;
using RespClient.Queue;
using RespClient.Wire;

namespace RespClient.PubSub;

/// <summary>
/// All subscriptions of a client, on one connection of their own, so that a slow subscriber never holds up commands. The
/// connection is opened with the first subscription and opened again when it is lost; the set is replayed on it.
/// </summary>
internal sealed class SubscriptionHub(RedisClientOptions options, ILogger logger) : IAsyncDisposable
{
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Lock _gate = new();
    private readonly SubscriptionSet _set = new();
    private readonly CancellationTokenSource _stopped = new();
    private readonly ConnectFailures _failures = new();

    // Under the gate, and of the present connection.
    private readonly SubscriptionRequests _requests = new();
    private RespConnection? _connection;
    private Task? _loop;

    // The loop's: how many connections in a row were not made, or never said anything of a subscription.
    private int _attempt;

    /// <summary>Subscribes and waits for the server's confirmation.</summary>
    /// <exception cref="RedisTimeoutException">The server did not confirm within the command time-out.</exception>
    /// <exception cref="RedisConnectionException">There was no connection within the command time-out.</exception>
    public async Task<RedisSubscription> AddAsync(SubscriptionName name, int capacity, CancellationToken cancellationToken)
    {
        if (_stopped.IsCancellationRequested)
        {
            throw CommandErrors.Disposed();
        }

        var subscription = new RedisSubscription(this, name, capacity);
        Task confirmed;
        RespConnection? connection;
        lock (_gate)
        {
            connection = _set.Add(subscription, out confirmed) ? _connection : null;
            if (connection is not null)
            {
                _requests.Subscribe(name);
            }

            _loop ??= Task.Run(RunAsync, CancellationToken.None);
        }

        try
        {
            if (connection is not null)
            {
                await WriteAsync(connection);
            }

            await confirmed.WaitAsync(options.CommandTimeout, options.TimeProvider, cancellationToken);
            return subscription;
        }
        catch (Exception e)
        {
            await subscription.DisposeAsync();
            throw e is TimeoutException ? NotConfirmed(name) : e;
        }
    }

    public async ValueTask RemoveAsync(RedisSubscription subscription)
    {
        RespConnection? connection;
        lock (_gate)
        {
            connection = _set.Remove(subscription) ? _connection : null;
            if (connection is not null)
            {
                _requests.Unsubscribe(subscription.Name);
            }
        }

        if (connection is not null)
        {
            await WriteAsync(connection);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        Task? loop;
        lock (_gate)
        {
            _connection?.Abort(CommandErrors.Disposed());
            loop = _loop;
            foreach (var subscription in _set.All)
            {
                subscription.Complete();
            }
        }

        if (loop is not null)
        {
            await loop;
        }
    }

    private RedisException NotConfirmed(SubscriptionName name)
    {
        var wait = $"{options.CommandTimeout.TotalMilliseconds:0} ms";
        var failures = _failures.ToString();
        return failures.Length > 0
            ? new RedisConnectionException($"{name.SubscribeCommand} was not sent within {wait}: no connection ({failures}).", CommandOutcome.NotSent)
            : new RedisTimeoutException($"{name.SubscribeCommand} was not confirmed within {wait}.", CommandOutcome.OutcomeUnknown);
    }

    private async Task RunAsync()
    {
        var next = 0;
        while (!_stopped.IsCancellationRequested)
        {
            var endPoints = ConnectionSupervisor.EndPoints(options);
            var endPoint = endPoints[next++ % endPoints.Count];
            try
            {
                await using var connection = await ConnectionSupervisor.OpenAsync(options, endPoint, WaitsOn.Pool, _stopped.Token);
                _failures.Clear();
                await ServeAsync(connection);
            }
#pragma warning disable CA1031 // After any failure the next attempt follows.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _attempt++;
                if (!_stopped.IsCancellationRequested && _failures.Note(endPoint, e, out var reason))
                {
                    logger.SubscriptionsInterrupted(EndPointConnector.Describe(endPoint), reason);
                }
            }

            await ConnectionSupervisor.PauseAsync(_attempt, options, _stopped.Token);
        }
    }

    private async Task ServeAsync(RespConnection connection)
    {
        lock (_gate)
        {
            _connection = connection;
            foreach (var name in _set.Names)
            {
                _requests.Subscribe(name);
            }
        }

        using var heartbeat = new PeriodicTimer(options.HeartbeatInterval, options.TimeProvider);
        var pinging = PingAsync(connection, heartbeat);
        try
        {
            await WriteAsync(connection);
            while (true)
            {
                Dispatch(connection, await connection.ReadAsync(_stopped.Token));
                _attempt = 0;
            }
        }
        finally
        {
            lock (_gate)
            {
                _connection = null;
                _requests.Clear();
                if (!_stopped.IsCancellationRequested)
                {
                    _set.Interrupt();
                }
            }

            heartbeat.Dispose();
            await pinging;
        }
    }

    /// <summary>Asks for a sign of life, and ends a connection that gave none since the last time.</summary>
    private async Task PingAsync(RespConnection connection, PeriodicTimer heartbeat)
    {
        var lastSeen = -1L;
        while (await heartbeat.WaitForNextTickAsync())
        {
            if (connection.AwaitsSince == lastSeen)
            {
                connection.Abort(new TimeoutException($"no sign of life for {options.HeartbeatInterval.TotalSeconds:0.###} s"));
                return;
            }

            lastSeen = connection.AwaitsSince;
            lock (_gate)
            {
                _requests.Ping();
            }

            await WriteAsync(connection);
        }
    }

    /// <summary>
    /// Writes what was asked for and is not written. One at a time and all that is there: the order on the wire is the
    /// order in which it was decided under the gate.
    /// </summary>
    private async Task WriteAsync(RespConnection connection)
    {
        await _writing.WaitAsync();
        try
        {
            RedisCommand[] commands;
            lock (_gate)
            {
                commands = _connection == connection ? _requests.TakeUnsent() : [];
            }

            if (commands.Length > 0)
            {
                await connection.WriteAsync(commands, _stopped.Token);
            }
        }
#pragma warning disable CA1031 // The reader reports the loss; the set is replayed on the next connection.
        catch (Exception e)
#pragma warning restore CA1031
        {
            connection.Abort(e);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>RESP3 sends pushes, RESP2 arrays; their items are the same.</summary>
    private void Dispatch(RespConnection connection, in RespValue value)
    {
        if (value.Kind is not (RespKind.Push or RespKind.Array) || value.Items.Length < 3)
        {
            if (value.IsError)
            {
                Refuse(new RedisServerException(value.AsString()!));
            }

            return;
        }

        var items = value.Items;
        var kind = items[0].Bytes.Span;
        if (kind.SequenceEqual("message"u8))
        {
            Deliver(new SubscriptionName(items[1].AsString()!, IsPattern: false), items[1], items[2]);
        }
        else if (kind.SequenceEqual("pmessage"u8) && items.Length > 3)
        {
            Deliver(new SubscriptionName(items[1].AsString()!, IsPattern: true), items[2], items[3]);
        }
        else if (kind.SequenceEqual("subscribe"u8) || kind.SequenceEqual("psubscribe"u8))
        {
            Confirm(new SubscriptionName(items[1].AsString()!, IsPattern: kind[0] == 'p'));
        }
        else if (!items[1].IsNull && (kind.SequenceEqual("unsubscribe"u8) || kind.SequenceEqual("punsubscribe"u8)))
        {
            Revoke(connection, new SubscriptionName(items[1].AsString()!, IsPattern: kind[0] == 'p'));
        }
    }

    private void Confirm(SubscriptionName name)
    {
        lock (_gate)
        {
            if (_requests.OnSubscribed(name))
            {
                _set.Confirm(name);
            }
        }
    }

    // Replies come in the order of the requests, so an error belongs to the oldest without an answer.
    private void Refuse(RedisServerException reason)
    {
        lock (_gate)
        {
            if (!_requests.OnRefused(out var subscribing))
            {
                throw reason;
            }

            if (subscribing is { } name)
            {
                _set.Refuse(name, reason);
            }
        }
    }

    /// <summary>The end of a subscription: our own, or forced from outside; then it is asked for again.</summary>
    private void Revoke(RespConnection connection, SubscriptionName name)
    {
        int earlier;
        lock (_gate)
        {
            if (_requests.OnUnsubscribed(name) || !_set.Revoke(name, out earlier))
            {
                return;
            }
        }

        logger.SubscriptionsInterrupted(connection.EndPoint, "the server ended a subscription that is still wanted");
        _ = SubscribeAgainAsync(connection, name, earlier);
    }

    /// <summary>At once the first time; one that the server goes on ending is asked for less and less often.</summary>
    private async Task SubscribeAgainAsync(RespConnection connection, SubscriptionName name, int attempt)
    {
        await ConnectionSupervisor.PauseAsync(attempt, options, _stopped.Token);
        lock (_gate)
        {
            if (_connection != connection || !_set.IsAwaited(name) || _requests.IsSubscribing(name))
            {
                return;
            }

            _requests.Subscribe(name);
        }

        await WriteAsync(connection);
    }

    private void Deliver(SubscriptionName name, in RespValue channel, in RespValue payload)
    {
        RedisSubscription[] receivers;
        lock (_gate)
        {
            receivers = _set.Receivers(name);
        }

        var message = receivers.Length == 0 ? null : new RedisMessage(Encoding.UTF8.GetString(channel.Bytes.Span), payload.Bytes);
        foreach (var receiver in receivers)
        {
            receiver.Deliver(message!);
        }
    }
}
