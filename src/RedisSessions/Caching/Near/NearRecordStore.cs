using System.Runtime.CompilerServices;

using RedisSessions.Caching.Fields;
using RedisSessions.Diagnostics;
using RedisSessions.Records;
using RedisSessions.Stores;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;
using RespClient.Tracking;

namespace RedisSessions.Caching.Near;

/// <summary>
/// Keeps records in this process as well. The server says which of them have changed, over the connection that reads and
/// writes them; whatever happens to the network, no hit is older than the bound of the cache.
/// </summary>
internal sealed class NearRecordStore(
    TrackedCache<string, SessionRecord> near, FieldRecordStore fields, RedisClient client, NearRecords records, SessionMetrics metrics)
    : IRecordStore, IAsyncDisposable
{
    private int _asksForTime;

    public ValueTask<SessionRecord?> LoadAsync(string key, CancellationToken cancellationToken)
    {
        if (near.TryGet(key, out var record))
        {
            metrics.LoadedNear();
            return new ValueTask<SessionRecord?>(record);
        }

        return ReadAsync(key, cancellationToken);
    }

    public async ValueTask<SessionRecord?> ReloadAsync(string key, CancellationToken cancellationToken) =>
        Counted(await fields.ReloadAsync(key, cancellationToken));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RecordOutcome> CommitAsync(RecordChange change)
    {
        var key = change.NewKey ?? change.Key;
        // A record that moves is gone from its old key, whatever becomes of the new one.
        using var old = change.NewKey is null ? null : near.BeginWrite(change.Key);
        var write = new Write(fields, records, change);
        await near.WriteAsync(key, write.SendAsync, records.LookAtVersion(key), write.Keep);
        return write.Outcome;
    }

    public async ValueTask<bool> DeleteAsync(string key, string? userId)
    {
        using var ended = near.BeginWrite(key);
        return await fields.DeleteAsync(key, userId);
    }

    public ValueTask DisposeAsync() => near.DisposeAsync();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SessionRecord?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        if (!records.Clock.IsKnown && Interlocked.Exchange(ref _asksForTime, 1) == 0)
        {
            _ = LearnTimeAsync();
        }

        try
        {
            return Counted(await near.GetAsync(key, cancellationToken));
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.WrongType)
        {
            records.Broken(key);
            return Counted(null);
        }
        catch (RedisException e)
        {
            throw fields.Unavailable("load", e);
        }
    }

    // Once in the life of a process: expiry is honoured here, by Redis' clock.
    private async Task LearnTimeAsync()
    {
        try
        {
            var sentAt = records.Clock.LocalNow;
            records.Clock.Observe(await client.TimeAsync(), sentAt);
        }
        catch (RedisException)
        {
            Volatile.Write(ref _asksForTime, 0);
        }
    }

    private SessionRecord? Counted(SessionRecord? record)
    {
        if (record is null)
        {
            metrics.LoadedNothing();
        }
        else
        {
            metrics.LoadedFromRedis();
        }

        return record;
    }

    /// <summary>One commit, and what of it is kept here.</summary>
    private sealed class Write(FieldRecordStore fields, NearRecords records, RecordChange change)
    {
        private readonly Dictionary<string, byte[]?>? _sealedValues = fields.SealedValues(change);

        public RecordOutcome Outcome { get; private set; }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public async ValueTask<RespValue> SendAsync(IRedisClient through)
        {
            Outcome = await fields.CommitAsync(change, _sealedValues, through);
            return default;
        }

        // On the reader loop. Nobody has changed the record since the write if the look still shows the version of that.
        public TrackedItem<SessionRecord> Keep(RespValue reply, RespValue look)
        {
            if (reply.Kind != RespKind.Array || FieldAnswer.Read(reply) is not { Status: FieldStatus.Written } answer)
            {
                return TrackedItem.DoNotKeep<SessionRecord>();
            }

            if (look.IsNull || look.AsInt64() != answer.Version)
            {
                return TrackedItem.DoNotKeep<SessionRecord>();
            }

            var written = change.After(answer.Version, answer.Now, _sealedValues);
            return written.IsWhole ? records.Keep(written) : TrackedItem.DoNotKeep<SessionRecord>();
        }
    }
}
