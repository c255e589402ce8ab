using System.Diagnostics.CodeAnalysis;

using RespClient.Clocks;
using RespClient.Diagnostics;

namespace RespClient.Tracking;

/// <summary>
/// What is kept, what is being read, what is being written: the state behind a cache, without any I/O. Fills and
/// evictions come from the reader loop in the order of the wire; marks come from the writers.
/// </summary>
/// <remarks>
/// Why a fill is right: over one connection the order of the wire is the order of execution, so what was read is
/// current until a push for its key comes later on the same wire. What breaks that order is an own write, which is
/// answered first and invalidated after; so its reply takes the record's place, or its key is marked until it is answered,
/// and reads begun before the end of the mark never fill.
/// </remarks>
internal sealed class TrackedTable<TKey, TValue>
    where TKey : notnull
    where TValue : class
{
    // Longer than any process lives, and short enough for a time stamp.
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(3650);

    private readonly TimeProvider _time;
    private readonly CoarseClock _clock;
    private readonly TrackedEntries<TKey, TValue> _entries;
    private readonly long _maxStaleness;

    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, KeyState> _busy = [];
    private readonly AwaitedPush<TKey> _ownPushes = new();
    private long _epoch;
    private volatile bool _isOn;
    private volatile bool _areOwnPushesSure;
    private bool _isClosed;
    private long _misses;
    private long _reads;
    private long _fills;
    private long _invalidations;
    private long _drops;

    public TrackedTable(ITrackedRecords<TKey, TValue> records, TrackedCacheOptions options, TimeProvider time, CoarseClock clock, TrackingRules rules)
    {
        Records = records;
        _time = time;
        _clock = clock;
        Rules = rules;
        _entries = new TrackedEntries<TKey, TValue>(rules.BoundBytes ? options.MaxBytes : long.MaxValue);
        _maxStaleness = clock.Timestamps(options.MaxStaleness);
    }

    public ITrackedRecords<TKey, TValue> Records { get; }

    public TrackingRules Rules { get; }

    /// <summary>Whether the server tracks what is read.</summary>
    public bool IsOn => _isOn;

    /// <summary>Whether written records are kept.</summary>
    public bool AreOwnPushesSure => _areOwnPushesSure;

    /// <summary>The number of the connection.</summary>
    public long Epoch => Volatile.Read(ref _epoch);

    /// <summary>What was served from memory.</summary>
    public StripedCounter Hits { get; } = new();

    /// <summary>How many look-ups there were: shows whether the cache is still used.</summary>
    public long Lookups => Hits.Sum() + Interlocked.Read(ref _misses);

    public TrackedCacheStatistics GetStatistics() => new(
        Hits.Sum(),
        Interlocked.Read(ref _misses),
        Interlocked.Read(ref _reads),
        Interlocked.Read(ref _fills),
        Interlocked.Read(ref _invalidations),
        _entries.Evictions,
        Interlocked.Read(ref _drops),
        _entries.Count, _entries.Bytes);

    public bool TryGet(TKey key, long now, [MaybeNullWhen(false)] out TValue value) => _entries.TryGet(key, now, out value);

    /// <summary>The read of a key to wait for: one that is under way, or a new one that the caller must send.</summary>
    /// <param name="key">The record's name.</param>
    /// <param name="isFresh">Whether hits may be served.</param>
    /// <param name="isNew">Whether the caller must send it.</param>
    /// <param name="value">The record, if a read was answered since the caller looked; there is no read to wait for then.</param>
    public PendingRead<TKey, TValue>? Join(TKey key, bool isFresh, out bool isNew, out TValue? value)
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            isNew = false;
            if (isFresh && _entries.TryGet(key, now, out value))
            {
                return null;
            }

            value = null;
            _misses++;
            var state = StateOf(key);
            isNew = !(Rules.JoinReads && _isOn && state.Read is { } current && now - current.StartedAt <= _maxStaleness);
            if (isNew)
            {
                // While the cache is off nothing bounds the age of a read that is under way: each caller reads anew.
                state.AbandonRead();
                state.Read = new PendingRead<TKey, TValue>(this, key, now, isPoisoned: state.Marks > 0);
                _reads++;
            }

            return state.Read;
        }
    }

    /// <summary>A read was answered. Reader loop.</summary>
    public void OnRead(PendingRead<TKey, TValue> read, in TrackedItem<TValue> item)
    {
        if (Rules.FillOnReaderLoop)
        {
            Finish(read, item);
            return;
        }

        lock (_gate)
        {
            read.Late = item;
            Leave(read);
        }
    }

    /// <summary>A read is over: what it brought is kept unless it may be out of date.</summary>
    public void Finish(PendingRead<TKey, TValue> read, in TrackedItem<TValue> item)
    {
        lock (_gate)
        {
            if (!read.IsPoisoned)
            {
                Fill(read.Key, item);
            }

            // A reply that comes after its caller gave up is not kept: invalidations no longer reach this read.
            read.IsPoisoned = true;
            Leave(read);
        }
    }

    /// <summary>The record as it is kept at this place on the wire, ended or not. Reader loop.</summary>
    public TValue? Current(TKey key) => _entries.Peek(key);

    /// <summary>
    /// An own write was answered: from here on the record it left counts, and the push that follows says nothing new.
    /// Reader loop.
    /// </summary>
    /// <param name="key">The record's name.</param>
    /// <param name="item">The record as the write left it; not to be kept where that is not known.</param>
    /// <param name="number">The reply's number; a push for the key directly behind it is the write's own.</param>
    public void OnOwnReply(TKey key, in TrackedItem<TValue> item, long number)
    {
        lock (_gate)
        {
            if (_ownPushes.IsMissing(number, out var doubtful))
            {
                // A write broke the rules for scripts: the server may not track the record that was kept after it.
                _areOwnPushesSure = false;
                _ownPushes.Forget();
                _entries.Remove(doubtful);
            }

            if (!item.IsKept || !_areOwnPushesSure || (_busy.TryGetValue(key, out var state) && state.Marks > 0))
            {
                if (Rules.HeedOwnReplies)
                {
                    _entries.Remove(key);
                }

                return;
            }

            _ownPushes.Await(key, number);
            Fill(key, item);
        }
    }

    /// <summary>An own write begins: what is kept or under way of its key is not to be relied on.</summary>
    public void Mark(TKey key)
    {
        if (Rules.MarkOwnWrites)
        {
            lock (_gate)
            {
                var state = StateOf(key);
                state.Marks++;
                state.AbandonRead();
                _entries.Remove(key);
            }
        }
    }

    /// <summary>All that was sent for an own write is answered, or never will be.</summary>
    public void Unmark(TKey key)
    {
        if (Rules.MarkOwnWrites)
        {
            lock (_gate)
            {
                // A read begun while the key was marked may have overtaken the write.
                var state = _busy[key];
                state.Marks--;
                state.AbandonRead();
                DropIfIdle(key, state);
            }
        }
    }

    /// <summary>The server says that a key has changed. Reader loop.</summary>
    /// <param name="redisKey">The key.</param>
    /// <param name="number">The number of the reply that came before the push.</param>
    public void Invalidate(ReadOnlySpan<byte> redisKey, long number)
    {
        if (!Rules.HeedPushes || !Records.TryParseKey(redisKey, out var key))
        {
            return;
        }

        Interlocked.Increment(ref _invalidations);
        lock (_gate)
        {
            if (_ownPushes.Takes(key, number))
            {
                return;
            }

            _entries.Remove(key);
            if (Rules.PoisonReads && _busy.TryGetValue(key, out var state))
            {
                state.AbandonRead();
                DropIfIdle(key, state);
            }
        }
    }

    /// <summary>The server says that every key may have changed. Reader loop.</summary>
    public void InvalidateAll()
    {
        if (Rules.HeedPushes)
        {
            lock (_gate)
            {
                DropAll();
            }
        }
    }

    /// <summary>Nothing known so far is to be relied on.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            DropAll();
        }
    }

    /// <summary>A connection begins or ends: nothing known so far holds.</summary>
    public void BeginEpoch(long epoch)
    {
        lock (_gate)
        {
            Volatile.Write(ref _epoch, epoch);
            _areOwnPushesSure = !Rules.ProveOwnPushes;
            _ownPushes.Forget();
            if (Rules.DropOnDisconnect)
            {
                _isOn = !Rules.TrackBeforeFill && !_isClosed;
                DropAll();
            }
        }
    }

    /// <summary>The server has said over the present connection that it tracks. Reader loop.</summary>
    public void TurnOn()
    {
        lock (_gate)
        {
            _isOn = !_isClosed;
        }
    }

    /// <summary>
    /// The server has shown over the present connection that the push of an own write comes right behind its reply, and
    /// that it goes on to track what the write's script reads at its end. Reader loop.
    /// </summary>
    public void TrustOwnPushes()
    {
        lock (_gate)
        {
            _areOwnPushesSure = true;
        }
    }

    public void TurnOff()
    {
        lock (_gate)
        {
            _isOn = false;
            DropAll();
        }
    }

    /// <summary>Invalidations are no longer received: off for good.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            TurnOff();
        }
    }

    private KeyState StateOf(TKey key)
    {
        if (!_busy.TryGetValue(key, out var state))
        {
            _busy[key] = state = new KeyState();
        }

        return state;
    }

    private void Leave(PendingRead<TKey, TValue> read)
    {
        if (_busy.TryGetValue(read.Key, out var state) && state.Read == read)
        {
            state.Read = null;
            DropIfIdle(read.Key, state);
        }
    }

    private void DropIfIdle(TKey key, KeyState state)
    {
        if (state is { Marks: 0, Read: null })
        {
            _busy.Remove(key);
        }
    }

    private void Fill(TKey key, in TrackedItem<TValue> item)
    {
        if (!item.IsKept || !_isOn)
        {
            return;
        }

        var deadline = long.MaxValue;
        if (item.ExpiresAt is { } expiresAt && Rules.HonourDeadlines)
        {
            // In this order: a pause between the two clocks makes the record end early, and not late.
            var now = _time.GetTimestamp();
            var left = expiresAt - _time.GetUtcNow();
            deadline = now + _clock.Timestamps(left < LongestLife ? left : LongestLife) - _clock.Slack;
        }

        if (_entries.Put(key, item.Value!, item.SizeInBytes, deadline))
        {
            Interlocked.Increment(ref _fills);
        }
    }

    private void DropAll()
    {
        Interlocked.Increment(ref _drops);
        _ownPushes.Forget();
        _entries.Clear();
        foreach (var (key, state) in _busy)
        {
            state.AbandonRead();
            DropIfIdle(key, state);
        }
    }

    /// <summary>A key that is being read or written.</summary>
    private sealed class KeyState
    {
        /// <summary>Own writes under way.</summary>
        public int Marks { get; set; }

        /// <summary>The read that further misses join.</summary>
        public PendingRead<TKey, TValue>? Read { get; set; }

        /// <summary>Waiting callers still get the read's answer; no other joins it, and it is not kept.</summary>
        public void AbandonRead()
        {
            if (Read is { } read)
            {
                read.IsPoisoned = true;
                Read = null;
            }
        }
    }
}
