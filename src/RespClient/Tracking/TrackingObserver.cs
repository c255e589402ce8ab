using Microsoft.Extensions.Logging;

using RespClient.Clocks;
using RespClient.Protocol;
using RespClient.Queue;
using RespClient.Wire;

namespace RespClient.Tracking;

/// <summary>
/// Stands between a connection and a table: turns tracking on, passes pushes on, notices the end, and pings an idle
/// connection so that hits can go on while the cache is used.
/// </summary>
internal sealed class TrackingObserver<TKey, TValue> : WireObserver, IAsyncDisposable
    where TKey : notnull
    where TValue : class
{
    // Ten times the bound without a look-up. The first one after it is read from the server, and the pings go on.
    private const int LooksBeforeRest = 40;

    // A minute where the bound is the usual second.
    private const int MostTicksBetweenStarts = 256;

    private readonly RedisClient _client;
    private readonly TrackedTable<TKey, TValue> _table;
    private readonly CoarseClock _clock;
    private readonly ILogger _logger;
    private readonly OwnPushProbe? _probe;
    private readonly long _pingAfter;
    private readonly ITimer _pings;
    private volatile string _offReason = "there is no connection";
    private volatile bool _canTrack;
    private int _startsUnderWay;
    private int _ticksUntilStart;
    private int _ticksBetweenStarts;
    private long _lookups;
    private int _looksWithoutLookups;

    public TrackingObserver(RedisClient client, TrackedTable<TKey, TValue> table, CoarseClock clock, TrackedCacheOptions options, ILogger logger)
    {
        _client = client;
        _table = table;
        _clock = clock;
        _logger = logger;
        _probe = options.ProbeKey is { } key ? new OwnPushProbe(client, key, table.TrustOwnPushes) : null;

        // Looked at every quarter and pinged past three eighths: the answer is asked for at half of the bound.
        _pingAfter = clock.Timestamps(options.MaxStaleness * 0.375);
        _pings = client.Time.CreateTimer(_ => PingIfIdle(), null, options.MaxStaleness / 4, options.MaxStaleness / 4);
    }

    /// <summary>Why the cache is off; <see langword="null"/> while it is on.</summary>
    public string? OffReason => _table.IsOn ? null : _offReason;

    public override void OnConnected(long epoch, int protocol)
    {
        _table.BeginEpoch(epoch);
        if (protocol < 3)
        {
            TurnOff("the server speaks RESP2 only, which has no pushes");
            return;
        }

        _canTrack = true;
        _ticksUntilStart = _ticksBetweenStarts = 1;
        _ = StartTrackingAsync();
    }

    public override void OnDisconnected(long epoch)
    {
        _offReason = "there is no connection";
        _table.BeginEpoch(epoch);
    }

    public override void OnPush(in RespValue push)
    {
        if (push.Items is not [var kind, var keys] || !kind.Bytes.Span.SequenceEqual("invalidate"u8))
        {
            return;
        }

        if (keys.IsNull)
        {
            _table.InvalidateAll();
            return;
        }

        foreach (ref readonly var key in keys.Items)
        {
            _table.Invalidate(key.Bytes.Span, _client.AnsweredThrough);
            _probe?.OnInvalidated(key.Bytes.Span);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _pings.DisposeAsync();
        _offReason = "the cache was disposed";
        _table.Close();
    }

    /// <summary>
    /// Sent like any other command: a read answered after it was executed after it, so it is tracked. What was not sent
    /// or not answered is started again by the clock.
    /// </summary>
    private async Task StartTrackingAsync()
    {
        Interlocked.Increment(ref _startsUnderWay);
        try
        {
            var turningOn = _client.ExecuteAsync(
                new RedisCommand("CLIENT", "TRACKING", "ON"), new Confirmation(this), CancellationToken.None);
            var trying = _probe?.RunAsync() ?? Task.FromResult<string?>(null);
            await turningOn;
            if (await trying is { } reason)
            {
                _logger.WritesAreReadAgain(reason);
            }
        }
        catch (RedisServerException e) when (!e.Kind.IsTransient())
        {
            TurnOff($"the server refused CLIENT TRACKING: {e.Message}");
        }
        catch (Exception e) when (e is RedisException or ObjectDisposedException)
        {
            // The next connection starts again; if this one still lives, the clock does.
        }
        finally
        {
            Interlocked.Decrement(ref _startsUnderWay);
        }
    }

    /// <summary>A tick of the clock: what could not be begun with the connection is begun now, less and less often.</summary>
    private void StartAgainIfInDoubt()
    {
        var isInDoubt = _canTrack && (!_table.IsOn || (!_table.AreOwnPushesSure && _probe is { IsInDoubt: true }));
        if (!isInDoubt || !_client.IsConnected || Volatile.Read(ref _startsUnderWay) > 0)
        {
            return;
        }

        if (--_ticksUntilStart <= 0)
        {
            _ticksUntilStart = _ticksBetweenStarts;
            _ticksBetweenStarts = Math.Min(_ticksBetweenStarts * 2, MostTicksBetweenStarts);
            _ = StartTrackingAsync();
        }
    }

    private void TurnOff(string reason)
    {
        _canTrack = false;
        _offReason = reason;
        _logger.CacheIsOff(reason);
    }

    private void PingIfIdle()
    {
        _clock.Calibrate();
        StartAgainIfInDoubt();
        if (_table.IsOn
            && IsWanted()
            && _client.Time.GetTimestamp() - _client.NewestAnswerStartedAt > _pingAfter)
        {
            _client.Probe();
        }
    }

    private bool IsWanted()
    {
        var lookups = _table.Lookups;
        _looksWithoutLookups = lookups == _lookups ? Math.Min(_looksWithoutLookups + 1, LooksBeforeRest) : 0;
        _lookups = lookups;
        return _looksWithoutLookups < LooksBeforeRest;
    }

    /// <summary>Turns the table on at the very place on the wire where the server agrees.</summary>
    private sealed class Confirmation(TrackingObserver<TKey, TValue> observer) : IReplyObserver
    {
        public void OnReply(in RespValue reply)
        {
            if (!reply.IsError)
            {
                observer._table.TurnOn();
                observer._logger.CacheIsOn(observer._table.Epoch);
            }
        }

        public void OnLost()
        {
        }
    }
}
