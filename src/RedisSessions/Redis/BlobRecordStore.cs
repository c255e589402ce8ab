using Microsoft.Extensions.Caching.Distributed;

using RedisSessions.Records;

namespace RedisSessions.Redis;

/// <summary>
/// Keeps records as one value each, in any distributed cache. The last write of a session wins as a whole: what needs
/// fields that change one by one does not hold here.
/// </summary>
internal sealed class BlobRecordStore(
    IDistributedCache cache, ValueProtection protection, TimeProvider time, SecondLook look) : IRecordStore
{
    public async ValueTask<SessionRecord?> LoadAsync(string key, CancellationToken cancellationToken)
    {
        var reading = ReadingOf(key, await ReadAsync(key, cancellationToken));
        if (reading.Kind != RecordReadingKind.Found)
        {
            reading = await look.ConfirmAsync(key, reading, look.Drops, async () =>
            {
                var second = ReadingOf(key, await ReadAsync(key, cancellationToken));

                // Of two answers without a record that differ, one at least is wrong, and it is unknown which.
                return second.Kind == RecordReadingKind.Found || second.Kind == reading.Kind ? second : RecordReading.Foreign;
            });
        }

        if (reading.Record?.ExpiresAt <= time.GetUtcNow())
        {
            reading = RecordReading.Missing;
        }

        look.Report.Loaded(key, reading.Kind);
        return reading.Record;
    }

    public ValueTask<SessionRecord?> ReloadAsync(string key, CancellationToken cancellationToken) =>
        LoadAsync(key, cancellationToken);

    public async ValueTask<RecordOutcome> CommitAsync(RecordChange change)
    {
        var now = time.GetUtcNow();
        var record = change.After((change.Base?.Version ?? 0) + 1, now);
        var timeToLive = record.ExpiresAt - now;
        if (timeToLive <= TimeSpan.Zero)
        {
            return new RecordOutcome(RecordOutcomeKind.Gone);
        }

        var options = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = timeToLive };
        var key = change.NewKey ?? change.Key;
        var blob = BlobCodec.Encode(key, record, protection);
        await AskAsync("commit", async () =>
        {
            await cache.SetAsync(key, blob, options);
            if (change.NewKey is not null)
            {
                await cache.RemoveAsync(change.Key);
            }

            return true;
        });
        var renewed = change.Base is null || change.Renews;
        return new RecordOutcome(RecordOutcomeKind.Committed, record, renewed ? timeToLive : TimeSpan.Zero);
    }

    public async ValueTask<bool> DeleteAsync(string key, string? userId)
    {
        await AskAsync("end", async () =>
        {
            await cache.RemoveAsync(key);
            return true;
        });
        return true;
    }

    public ValueTask<(IReadOnlyList<string> Removed, bool AreAll)> DeleteOfUserAsync(string userId, string? keptKey) =>
        throw new NotSupportedException("A distributed cache knows no sessions of a user.");

    private ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) =>
        AskAsync("load", () => cache.GetAsync(key, cancellationToken));

    private RecordReading ReadingOf(string key, byte[]? blob) =>
        blob is null ? RecordReading.Missing : BlobCodec.Decode(key, blob, protection);

    // What a foreign cache throws when its server is away is not known: everything counts as that.
    private async ValueTask<T> AskAsync<T>(string operation, Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw look.Report.Unavailable(operation, "The distributed cache", e);
        }
    }
}
