using System.Text;

using Microsoft.Extensions.Logging;

using RespClient.Connections;
using RespClient.Diagnostics;
using RespClient.Protocol;

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

    // Under the gate: what the server was asked for on this connection and has neither confirmed nor refused.
    private readonly List<SubscriptionName> _asked = [];
    private RespConnection? _connection;
    private Task? _loop;

    /// <summary>Subscribes and waits for the server's word.</summary>
    /// <exception cref="RedisTimeoutException">The server did not confirm within the command time-out.</exception>
    public async Task<RedisSubscription> AddAsync(SubscriptionName name, int capacity, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stopped.IsCancellationRequested, typeof(RedisClient));
        var subscription = new RedisSubscription(this, name, capacity);
        Task confirmed;
        RespConnection? connection;
        lock (_gate)
        {
            connection = _set.Add(subscription, out confirmed) ? _connection : null;
            if (connection is not null)
            {
                _asked.Add(name);
            }

            _loop ??= Task.Run(RunAsync, CancellationToken.None);
        }

        try
        {
            if (connection is not null)
            {
                await WriteAsync(connection, [new RedisCommand(name.SubscribeCommand, name.Text)]);
            }

            await confirmed.WaitAsync(options.CommandTimeout, options.TimeProvider, cancellationToken);
            return subscription;
        }
        catch (Exception e)
        {
            await subscription.DisposeAsync();
            throw e is TimeoutException
                ? new RedisTimeoutException($"{name.SubscribeCommand} was not confirmed within {options.CommandTimeout.TotalMilliseconds:0} ms.", CommandOutcome.OutcomeUnknown)
                : e;
        }
    }

    public async ValueTask RemoveAsync(RedisSubscription subscription)
    {
        RespConnection? connection;
        lock (_gate)
        {
            connection = _set.Remove(subscription) ? _connection : null;
        }

        if (connection is not null)
        {
            await WriteAsync(connection, [new RedisCommand(subscription.Name.UnsubscribeCommand, subscription.Name.Text)]);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        Task? loop;
        lock (_gate)
        {
            _connection?.Abort(new ObjectDisposedException(nameof(RedisClient)));
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

    private async Task RunAsync()
    {
        var attempt = 0;
        var next = 0;
        while (!_stopped.IsCancellationRequested)
        {
            var endPoints = ConnectionSupervisor.EndPoints(options);
            var endPoint = endPoints[next++ % endPoints.Count];
            try
            {
                await using var connection = await ConnectionSupervisor.OpenAsync(options, endPoint, WaitsOn.Pool, _stopped.Token);
                attempt = 0;
                await ServeAsync(connection);
            }
#pragma warning disable CA1031 // Whatever the reason, the next attempt follows.
            catch (Exception e)
#pragma warning restore CA1031
            {
                attempt++;
                if (!_stopped.IsCancellationRequested)
                {
                    ClientLog.SubscriptionsInterrupted(logger, EndPointConnector.Describe(endPoint), e.Message);
                }
            }

            await ConnectionSupervisor.PauseAsync(attempt, options, _stopped.Token);
        }
    }

    private async Task ServeAsync(RespConnection connection)
    {
        SubscriptionName[] names;
        lock (_gate)
        {
            _connection = connection;
            names = [.. _set.Names];
            _asked.Clear();
            _asked.AddRange(names);
        }

        using var heartbeat = new PeriodicTimer(options.HeartbeatInterval, options.TimeProvider);
        var pinging = PingAsync(connection, heartbeat);
        try
        {
            await WriteAsync(connection, [.. names.Select(name => new RedisCommand(name.SubscribeCommand, name.Text))]);
            while (true)
            {
                Dispatch(await connection.ReadAsync(_stopped.Token));
            }
        }
        finally
        {
            lock (_gate)
            {
                _connection = null;
                _set.Interrupt();
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
            await WriteAsync(connection, [new RedisCommand("PING")]);
        }
    }

    private async Task WriteAsync(RespConnection connection, IReadOnlyList<RedisCommand> commands)
    {
        if (commands.Count == 0)
        {
            return;
        }

        await _writing.WaitAsync();
        try
        {
            await connection.WriteAsync(commands, _stopped.Token);
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
    private void Dispatch(RespValue value)
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
            var name = new SubscriptionName(items[1].AsString()!, IsPattern: kind[0] == 'p');
            lock (_gate)
            {
                _asked.Remove(name);
                _set.Confirm(name);
            }
        }
    }

    // Replies come in the order of the requests, so an error belongs to the oldest without an answer.
    private void Refuse(RedisServerException reason)
    {
        lock (_gate)
        {
            if (_asked.Count == 0)
            {
                throw reason;
            }

            _set.Refuse(_asked[0], reason);
            _asked.RemoveAt(0);
        }
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
