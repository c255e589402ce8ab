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

    public async ValueTask<RecordOutcome> CommitAsync(RecordChange change)
    {
        var outcome = default(RecordOutcome);
        var sealedValues = fields.SealedValues(change);
        var key = change.NewKey ?? change.Key;
        // A record that moves is gone from its old key, whatever becomes of the new one.
        using var old = change.NewKey is null ? null : near.BeginWrite(change.Key);
        await near.WriteAsync(
            key,
            async through =>
            {
                outcome = await fields.CommitAsync(change, sealedValues, through);
                return default;
            },
            records.LookAtVersion(key),
            (reply, look) => Written(change, sealedValues, reply, look));
        return outcome;
    }

    public async ValueTask<bool> DeleteAsync(string key, string? userId)
    {
        using var ended = near.BeginWrite(key);
        return await fields.DeleteAsync(key, userId);
    }

    public ValueTask DisposeAsync() => near.DisposeAsync();

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
            records.Clock.Observe(await client.TimeAsync());
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

    // On the reader loop. Nobody has changed the record since the write if the look still shows the version of that.
    private TrackedItem<SessionRecord> Written(
        RecordChange change, Dictionary<string, byte[]?>? sealedValues, RespValue reply, RespValue look)
    {
        if (reply.Kind != RespKind.Array || reply.Items is not [var status, var now, _, var version] || status.AsInt64() != 1)
        {
            return TrackedItem.DoNotKeep<SessionRecord>();
        }

        if (look.IsNull || look.AsInt64() != version.AsInt64())
        {
            return TrackedItem.DoNotKeep<SessionRecord>();
        }

        var written = change.After(
            version.AsInt64(), DateTimeOffset.FromUnixTimeMilliseconds(now.AsInt64()), sealedValues);
        return written.IsWhole ? records.Keep(written) : TrackedItem.DoNotKeep<SessionRecord>();
    }
}
