using System.Diagnostics.CodeAnalysis;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

using RespClient.Clocks;
using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Tracking;

/// <summary>
/// Records of Redis kept in this process and never older than a stated bound: the server tells over the same
/// connection which of them have changed (<c>CLIENT TRACKING</c>), and when its newest answer is older than
/// <see cref="TrackedCacheOptions.MaxStaleness"/>, nothing is served from memory.
/// </summary>
/// <typeparam name="TKey">What names a record.</typeparam>
/// <typeparam name="TValue">A parsed record: immutable, shared by all readers.</typeparam>
/// <remarks>
/// <para>
/// Read with <see cref="TryGet"/> and <see cref="GetAsync"/>; write through a <see cref="Writer"/>, or between
/// <see cref="BeginWrite"/> and the end of it over the same client. The writer sees the write in every read
/// that begins after it. Writes that reach the server another way are seen when the invalidation arrives.
/// </para>
/// <para>
/// A write of what is there already, and a new TTL (<c>EXPIRE</c>), invalidate the record in every process that keeps
/// it: skip the first, and do the second seldom.
/// </para>
/// <para>
/// Over RESP2, or where the server refuses tracking, the cache is off: it keeps nothing, every read is a command, and
/// one line of the log says why. Safe for concurrent use.
/// </para>
/// </remarks>
public sealed class TrackedCache<TKey, TValue> : IAsyncDisposable
    where TKey : notnull
    where TValue : class
{
    private readonly RedisClient _client;
    private readonly CoarseClock _clock;
    private readonly TrackedTable<TKey, TValue> _table;
    private readonly TrackingObserver<TKey, TValue> _observer;
    private readonly CacheMetrics _metrics;
    private readonly long _maxStaleness;

    /// <summary>Makes a cache over a client. It is on as soon as the server has agreed to track.</summary>
    /// <param name="client">Reads, own writes and pushes go over its connection.</param>
    /// <param name="records">How records are read and parsed.</param>
    /// <param name="options">Bounds; <see langword="null"/>: the defaults.</param>
    /// <param name="logger">Logs when the cache goes on or stays off, and why; <see langword="null"/>: no log.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public TrackedCache(
        RedisClient client, ITrackedRecords<TKey, TValue> records, TrackedCacheOptions? options = null, ILogger? logger = null)
        : this(client, records, options, logger, TrackingRules.All)
    {
    }

    internal TrackedCache(
        RedisClient client, ITrackedRecords<TKey, TValue> records, TrackedCacheOptions? options, ILogger? logger, TrackingRules rules)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(records);
        options ??= new TrackedCacheOptions();
        options.Validate();
        _client = client;
        _clock = new CoarseClock(client.Time);
        _maxStaleness = rules.BoundStaleness ? _clock.Timestamps(options.MaxStaleness) - _clock.Slack : long.MaxValue;
        _table = new TrackedTable<TKey, TValue>(records, options, client.Time, _clock, rules);
        _observer = new TrackingObserver<TKey, TValue>(client, _table, _clock, options, logger ?? NullLogger.Instance);
        _metrics = new CacheMetrics(GetStatistics);
        client.Observe(_observer);
    }

    /// <summary>Whether the server tracks and records are kept.</summary>
    public bool IsOn => _table.IsOn;

    /// <summary>Whether written records are kept: the server has shown that it tracks what scripts read.</summary>
    public bool KeepsWrites => _table.IsOn && _table.AreOwnPushesSure;

    /// <summary>Why the cache is off; <see langword="null"/> while it is on.</summary>
    public string? OffReason => _observer.OffReason;

    /// <summary>What the cache has done so far. Cheap; the figures agree with each other only roughly.</summary>
    public TrackedCacheStatistics GetStatistics() => _table.GetStatistics();

    /// <summary>Serves a record from memory, if it is there and certain to be fresh enough. Allocates nothing.</summary>
    /// <param name="key">The record's name.</param>
    /// <param name="value">The record.</param>
    /// <returns>False: it has to be read.</returns>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var now = _clock.Now;
        if (IsFresh(now) && _table.TryGet(key, now, out value))
        {
            _table.Hits.Increment();
            return true;
        }

        value = null;
        return false;
    }

    /// <summary>Serves a record from memory or reads it: misses of one key at one time are one command.</summary>
    /// <param name="key">The record's name.</param>
    /// <param name="cancellationToken">Stops waiting; the read goes on for others.</param>
    /// <returns>The record; <see langword="null"/> if the parser says there is none.</returns>
    /// <exception cref="RedisException">As <see cref="IRedisClient.ExecuteAsync"/> throws it.</exception>
    public ValueTask<TValue?> GetAsync(TKey key, CancellationToken cancellationToken = default) =>
        TryGet(key, out var value) ? new ValueTask<TValue?>(value) : new ValueTask<TValue?>(ReadAsync(key, cancellationToken));

    /// <summary>A client for one write of a record, which keeps what was written without another round trip.</summary>
    /// <param name="key">The record's name.</param>
    /// <param name="keep">
    /// Called with the reply to each command that is sent, in the order of the wire, and with the record that is kept just
    /// before it (<see langword="null"/>: none is). Returns the record as the write left it, if the reply and the record
    /// before tell; <see cref="TrackedItem.Unchanged"/> where the reply says that nothing was changed; otherwise
    /// <see cref="TrackedItem.DoNotKeep"/>. Called on the reader loop: it must be quick. What it throws counts as
    /// <see cref="TrackedItem.DoNotKeep"/>.
    /// </param>
    /// <remarks>
    /// The write is one script. Before it changes the record for the first time it must read it, and after it has changed
    /// it for the last time it must read it again, with commands that Redis marks read-only and no other read of it in
    /// between: the first makes the server send one push for the write, right behind its reply, and the last makes it track
    /// the record as it is then. A <paramref name="keep"/> that keeps a record says that the script has changed it.
    /// Whether the server does all this is tried with a key of its own at each connection
    /// (<see cref="TrackedCacheOptions.ProbeKey"/>); where it does not, what was written is read again.
    /// </remarks>
    public IRedisClient Writer(TKey key, Func<RespValue, TValue?, TrackedItem<TValue>> keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        return new OwnWrite<TKey, TValue>(_table, _client, key, keep);
    }

    /// <summary>
    /// Marks a record as being written by commands that the caller sends over the connection all callers of the client
    /// share, until the mark is disposed: none is served or kept meanwhile. For writes that touch several records, or delete.
    /// </summary>
    /// <returns>The mark; dispose it when the write is answered or has failed.</returns>
    public IDisposable BeginWrite(TKey key) => new WriteMark<TKey, TValue>(_table, key);

    /// <summary>
    /// Drops all records that are kept, and keeps none that is being read now: for a caller who has found that something
    /// was read over the connection that cannot be right.
    /// </summary>
    public void Clear() => _table.Clear();

    /// <summary>Keeps nothing any more, and stops pinging. The client stays as it is.</summary>
    public ValueTask DisposeAsync()
    {
        _client.Unobserve(_observer);
        _metrics.Dispose();
        return _observer.DisposeAsync();
    }

    /// <summary>Whether the newest answer is recent enough to serve hits.</summary>
    private bool IsFresh(long now) => now - _client.NewestAnswerStartedAt <= _maxStaleness;

    private async Task<TValue?> ReadAsync(TKey key, CancellationToken cancellationToken)
    {
        var read = _table.Join(key, IsFresh(_clock.Now), out var isNew, out var value);
        if (read is null)
        {
            _table.Hits.Increment();
            return value;
        }

        if (isNew)
        {
            _ = SendAsync(read);
        }

        return await read.Result.WaitAsync(cancellationToken);
    }

    private async Task SendAsync(PendingRead<TKey, TValue> read)
    {
        try
        {
            var command = _table.Records.Read(read.Key);
            if (CommandRules.Classify(command) != CommandNeed.Shared)
            {
                throw CommandRules.Misuse(command);
            }

            await _client.ExecuteAsync(command, read, CancellationToken.None);
            if (!_table.Rules.FillOnReaderLoop)
            {
                _table.Finish(read, read.Late);
            }
        }
#pragma warning disable CA1031 // Any failure goes to the callers that wait for the record.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _table.Finish(read, TrackedItem.DoNotKeep<TValue>());
            read.Fail(e);
        }
    }
}
