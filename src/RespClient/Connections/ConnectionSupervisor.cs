using System.Net;

using Microsoft.Extensions.Logging;

using RespClient.Diagnostics;
using RespClient.Queue;
using RespClient.Wire;

namespace RespClient.Connections;

/// <summary>Keeps one connection behind a pipeline: opens it, serves until it ends, and opens the next after a pause.</summary>
internal sealed class ConnectionSupervisor : IAsyncDisposable
{
    private readonly RedisClientOptions _options;
    private readonly CommandPipeline _pipeline;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _firstAttempt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConnectFailures _failures = new();
    private readonly Task _loop;
    private RespConnection? _connection;
    private long _epoch;
    private int _nextEndPoint;

    public ConnectionSupervisor(RedisClientOptions options, CommandPipeline pipeline, ILogger logger)
    {
        _options = options;
        _pipeline = pipeline;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Completes when the first attempt to connect has ended, with its failure if it failed.</summary>
    public Task FirstAttempt => _firstAttempt.Task;

    /// <summary>Opens one connection and shakes hands; tries each end point once.</summary>
    public static async Task<RespConnection> OpenAsync(
        RedisClientOptions options, EndPoint endPoint, WaitsOn waiting, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var stream = await EndPointConnector.OpenAsync(endPoint, options, waiting, either.Token);
            var connection = new RespConnection(stream, EndPointConnector.Describe(endPoint), waiting, options.ReplyLimits, options.TimeProvider);
            try
            {
                await Handshake.PerformAsync(connection, options, either.Token);
                return connection;
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
        catch (Exception e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"no connection within {options.ConnectTimeout.TotalMilliseconds:0} ms", e);
        }
    }

    public static IList<EndPoint> EndPoints(RedisClientOptions options) =>
        options.EndPoints.Count > 0 ? options.EndPoints : [new DnsEndPoint("localhost", 6379)];

    /// <summary>Waits as long as so many failed attempts call for; none: not at all. A cancellation only ends the pause.</summary>
    public static async Task PauseAsync(int attempt, RedisClientOptions options, CancellationToken cancellationToken)
    {
        if (attempt > 0)
        {
#pragma warning disable CA5394 // Jitter is no secret.
            var pause = Backoff.PauseAfter(attempt, options.MaxReconnectDelay, Random.Shared.NextDouble());
#pragma warning restore CA5394
            await Task.Delay(pause, options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await _loop;
        _stopped.Dispose();
    }

    /// <summary>Ends the connection and makes no other; does not wait.</summary>
    public void Stop()
    {
        try
        {
            _stopped.Cancel();
        }
        catch (ObjectDisposedException)
        {
            return;
        }

        Volatile.Read(ref _connection)?.Abort(CommandErrors.Disposed());
    }

    /// <summary>Ends the present connection; the next one follows.</summary>
    public void Drop(RedisProtocolException reason) => Volatile.Read(ref _connection)?.Abort(reason);

    private async Task RunAsync()
    {
        var attempt = 0;
        while (!_stopped.IsCancellationRequested)
        {
            var endPoints = EndPoints(_options);
            var endPoint = endPoints[_nextEndPoint++ % endPoints.Count];
            try
            {
                var connection = await OpenAsync(_options, endPoint, WaitsOn.OwnThread, _stopped.Token);
                var served = await ServeAsync(connection);
                attempt = served ? 0 : attempt + 1;
            }
#pragma warning disable CA1031 // After any failure the next attempt follows; the reason is logged and kept.
            catch (Exception e)
#pragma warning restore CA1031
            {
                attempt++;
                NoteFailure(endPoint, e, attempt);
                if (attempt == endPoints.Count)
                {
                    _firstAttempt.TrySetException(_failures.ToException());

                    // It is logged, and there may be no waiter: it counts as observed.
                    _ = _firstAttempt.Task.Exception;
                }
            }

            await PauseAsync(attempt, _options, _stopped.Token);
        }

        _firstAttempt.TrySetCanceled();
    }

    /// <summary>True if the connection was good: it answered a command.</summary>
    private async Task<bool> ServeAsync(RespConnection connection)
    {
        await using (connection)
        {
            connection.Epoch = ++_epoch;
            Volatile.Write(ref _connection, connection);
            if (_stopped.IsCancellationRequested)
            {
                connection.Abort(CommandErrors.Disposed());
            }

            _failures.Clear();
            _pipeline.Metrics.Opened();
            _logger.Connected(connection.EndPoint, connection.Epoch, connection.Protocol);
            _pipeline.Observers.Connected(connection.Epoch, connection.Protocol);
            _firstAttempt.TrySetResult();
            using var heartbeat = new PeriodicTimer(_options.HeartbeatInterval, _options.TimeProvider);
            var beating = PingWhenIdleAsync(connection, heartbeat);
            var reason = await connection.ServeAsync(_pipeline);
            heartbeat.Dispose();
            await beating;
            var why = $"{connection.EndPoint}: {ConnectFailures.ReasonOf(reason)}";
            _pipeline.Observers.Disconnected(connection.Epoch);
            _pipeline.Detach(connection, reason, why);
            if (!_stopped.IsCancellationRequested)
            {
                _pipeline.Metrics.Lost();
                if (reason.InnerException is RepliesOutOfStepException)
                {
                    _logger.ForeignReply(connection.EndPoint, connection.Epoch);
                }

                _logger.Lost(connection.EndPoint, connection.Epoch, reason.Message);
            }

            return _pipeline.HasAnswered;
        }
    }

    /// <summary>Pings an idle connection, so that its death is noticed before it is needed.</summary>
    private async Task PingWhenIdleAsync(RespConnection connection, PeriodicTimer heartbeat)
    {
        var seen = connection.AwaitsSince;
        var isTold = false;
        while (await heartbeat.WaitForNextTickAsync())
        {
            if (connection.AwaitsSince == seen)
            {
                _pipeline.Probe();
            }

            seen = connection.AwaitsSince;
            if (_pipeline.CannotCheckStep && !isTold)
            {
                isTold = true;
                _logger.CannotCheckStep(connection.EndPoint);
            }
        }
    }

    /// <summary>Logged where it is news: the same reason at each attempt would bury others.</summary>
    private void NoteFailure(EndPoint endPoint, Exception e, int attempt)
    {
        if (!_stopped.IsCancellationRequested && _failures.Note(endPoint, e, out var reason))
        {
            _pipeline.NoteFailedAttempt($"no connection ({_failures})");
            _logger.CannotConnect(EndPointConnector.Describe(endPoint), attempt, reason);
        }
    }
}
