using System.Runtime.CompilerServices;

using RedisSessions.Diagnostics;
using RedisSessions.Records;
using RedisSessions.Redis;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;
using RespClient.Tracking;

namespace RedisSessions.Near;

/// <summary>
/// Keeps records in this process as well. The server invalidates those that change, over the connection that reads and
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

    public ValueTask<SessionRecord?> ReloadAsync(string key, CancellationToken cancellationToken) =>
        fields.ReloadAsync(key, cancellationToken);

    public ValueTask<RecordOutcome> CommitAsync(RecordChange change) =>
        change.NewKey is null ? WriteAsync(change.Key, change) : MoveAsync(change.NewKey, change);

    public async ValueTask<bool> DeleteAsync(string key, string? userId)
    {
        using var ended = near.BeginWrite(key);
        return await fields.DeleteAsync(key, userId);
    }

    // Which records there are, only the reply tells. What is kept here of a write came before it, over the same connection.
    public async ValueTask<(IReadOnlyList<string> Removed, bool AreAll)> DeleteOfUserAsync(string userId, string? keptKey)
    {
        var outcome = await fields.DeleteOfUserAsync(userId, keptKey);
        foreach (var key in outcome.Removed)
        {
            near.BeginWrite(key).Dispose();
        }

        return outcome;
    }

    public ValueTask DisposeAsync() => near.DisposeAsync();

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<SessionRecord?> ReadAsync(string key, CancellationToken cancellationToken)
    {
        if (!records.Clock.IsKnown && Interlocked.Exchange(ref _asksForTime, 1) == 0)
        {
            _ = LearnTimeAsync();
        }

        var drops = fields.Drops;
        RecordReading reading;
        try
        {
            reading = fields.InTime(NearRecords.ReadingOf(await near.GetAsync(key, cancellationToken)));
        }
        catch (RedisException e)
        {
            reading = fields.ReadingOf(e);
        }

        return reading.Kind == RecordReadingKind.Found
            ? fields.Loaded(key, reading)
            : await fields.ConfirmAsync(key, reading, drops, cancellationToken);
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

    private ValueTask<RecordOutcome> WriteAsync(string key, RecordChange change)
    {
        var write = new Write(fields.SealedValues(change), records, change);
        return fields.CommitAsync(change, write.SealedValues, near.Writer(key, write.Keep));
    }

    // A record that moves is gone from its old key, whatever becomes of the new one.
    private async ValueTask<RecordOutcome> MoveAsync(string key, RecordChange change)
    {
        using var old = near.BeginWrite(change.Key);
        return await WriteAsync(key, change);
    }

    /// <summary>One commit, and what of it is kept here.</summary>
    private sealed class Write(Dictionary<string, byte[]?>? sealedValues, NearRecords records, RecordChange change)
    {
        public Dictionary<string, byte[]?>? SealedValues => sealedValues;

        // On the reader loop. What others have written meanwhile is in the record kept here, if any is kept.
        public TrackedItem<SessionRecord> Keep(RespValue reply, SessionRecord? current)
        {
            if (reply.Kind != RespKind.Array)
            {
                return TrackedItem.DoNotKeep<SessionRecord>();
            }

            var answer = FieldAnswer.Read(reply);
            if (answer.Status != FieldStatus.Written)
            {
                return answer.Status == FieldStatus.Conflict
                    ? TrackedItem.Unchanged<SessionRecord>()
                    : TrackedItem.DoNotKeep<SessionRecord>();
            }

            var written = change.After(answer.Version, answer.Now, sealedValues, current);
            return written.IsWhole ? records.Keep(written) : TrackedItem.DoNotKeep<SessionRecord>();
        }
    }
}
