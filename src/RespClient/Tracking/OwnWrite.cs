using System.Runtime.ExceptionServices;

using RespClient.Commands;
using RespClient.Connections;
using RespClient.Pending;
using RespClient.Protocol;
using RespClient.Tracking.Table;

namespace RespClient.Tracking;

/// <summary>
/// A write of this process to a key the cache may hold. The key is marked from before the write is queued until all
/// that was sent for it is answered: no record of it is served or kept in between, except the one written, once a
/// read-only look behind the write shows that it is still there.
/// </summary>
internal sealed class OwnWrite<TKey, TValue> : IRedisClient, IDisposable
    where TKey : notnull
    where TValue : class
{
    private readonly TrackedTable<TKey, TValue> _table;
    private readonly RedisClient _client;
    private readonly RedisCommand? _look;
    private readonly Func<RespValue, RespValue, TrackedItem<TValue>>? _keep;

    private readonly bool _isAlone;

    // The caller of the write, and each look that is not answered yet.
    private int _holders = 1;

    public OwnWrite(
        TrackedTable<TKey, TValue> table,
        RedisClient client,
        TKey key,
        RedisCommand? look,
        Func<RespValue, RespValue, TrackedItem<TValue>>? keep)
    {
        _table = table;
        _client = client;
        _look = look;
        _keep = keep;
        Key = key;
        _isAlone = table.Mark(key);
    }

    public TKey Key { get; }

    /// <summary>Sends a command of the write, and the look behind it in the same breath.</summary>
    public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default)
    {
        // Where others write the same record, the one written is hardly ever the one that stays: the next read asks.
        if (!_isAlone || _look is not { } look || !_table.IsOn || CommandRules.Classify(command) != CommandNeed.Shared)
        {
            return _client.ExecuteAsync(command, cancellationToken);
        }

        var attempt = new Attempt(this);
        var reply = _client.ExecuteAsync(command, attempt.Written, cancellationToken);

        // The caller still holds the mark, so this cannot be the first holder after the last.
        Interlocked.Increment(ref _holders);
        _ = LookAsync(look, attempt);
        return reply;
    }

    /// <summary>The caller has its result.</summary>
    public void Dispose() => Release();

    private async Task LookAsync(RedisCommand look, Attempt attempt)
    {
        try
        {
            await _client.ExecuteAsync(look, attempt.Looked, CancellationToken.None);
            attempt.ThrowIfFailed();
        }
        catch (RedisException)
        {
            // Nothing is kept. What is wrong with the connection, the write itself tells its caller.
        }
        catch (ObjectDisposedException)
        {
            // The client is gone, and with it the cache.
        }
        finally
        {
            attempt.Release();
        }
    }

    private void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _table.Unmark(Key);
        }
    }

    /// <summary>One command of the write and the look behind it.</summary>
    private sealed class Attempt
    {
        private readonly OwnWrite<TKey, TValue> _write;
        private RespValue? _reply;
        private long _epoch;
        private Exception? _failure;
        private int _isReleased;

        public Attempt(OwnWrite<TKey, TValue> write)
        {
            _write = write;
            Written = new Listener(this, isLook: false);
            Looked = new Listener(this, isLook: true);
        }

        public IReplyObserver Written { get; }

        public IReplyObserver Looked { get; }

        /// <summary>
        /// The look is answered or never will be. On the reader loop where it can be: the next write of the same caller
        /// must not find this one's mark.
        /// </summary>
        public void Release()
        {
            if (Interlocked.Exchange(ref _isReleased, 1) == 0)
            {
                _write.Release();
            }
        }

        private void OnWritten(in RespValue reply)
        {
            _reply = reply;
            _epoch = _write._table.Epoch;
        }

        private void OnLooked(in RespValue look)
        {
            // Both answers must have come over one connection: a write before the other one's tracking is not tracked.
            if (_reply is not { IsError: false } reply || look.IsError || _epoch != _write._table.Epoch)
            {
                return;
            }

            try
            {
                _write._table.OnOwnWrite(_write.Key, _write._keep!(reply, look));
            }
#pragma warning disable CA1031 // The caller's code, on the reader loop: it must not end the connection for everybody.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _failure = e;
            }
        }

        public void ThrowIfFailed()
        {
            if (_failure is { } failure)
            {
                ExceptionDispatchInfo.Throw(failure);
            }
        }

        private sealed class Listener(Attempt attempt, bool isLook) : IReplyObserver
        {
            public void OnReply(in RespValue reply)
            {
                if (isLook)
                {
                    attempt.OnLooked(reply);
                    attempt.Release();
                }
                else
                {
                    attempt.OnWritten(reply);
                }
            }

            public void OnLost()
            {
            }
        }
    }
}
