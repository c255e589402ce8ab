using System.Runtime.CompilerServices;

using RedisSessions.Records;
using RedisSessions.Redis;

namespace RedisSessions.Inspector;

/// <summary>Publishes what happened to records, after it has happened.</summary>
internal sealed class PublishingRecordStore(IRecordStore inner, SessionEventPublisher events, SessionKeys keys) : IRecordStore
{
    public ValueTask<SessionRecord?> LoadAsync(string key, CancellationToken cancellationToken) =>
        inner.LoadAsync(key, cancellationToken);

    public ValueTask<SessionRecord?> ReloadAsync(string key, CancellationToken cancellationToken) =>
        inner.ReloadAsync(key, cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<RecordOutcome> CommitAsync(RecordChange change)
    {
        var outcome = await inner.CommitAsync(change);
        if (outcome.Kind == RecordOutcomeKind.Committed)
        {
            var id = keys.PublicId(change.NewKey ?? change.Key);
            if (change.Base is null)
            {
                events.Publish(SessionEvent.Created, id, userId: change.Identity?.UserId);
            }
            else if (change.NewKey is not null)
            {
                events.Publish(SessionEvent.Renewed, id, keys.PublicId(change.Key), change.Identity?.UserId);
            }
            else if (change.Renews)
            {
                events.Publish(SessionEvent.Renewed, id, userId: change.Identity?.UserId);
            }
        }

        return outcome;
    }

    public async ValueTask<bool> DeleteAsync(string key, string? userId)
    {
        var existed = await inner.DeleteAsync(key, userId);
        if (existed)
        {
            Destroyed(key, userId);
        }

        return existed;
    }

    public async ValueTask<(IReadOnlyList<string> Removed, bool AreAll)> DeleteOfUserAsync(string userId, string? keptKey)
    {
        var outcome = await inner.DeleteOfUserAsync(userId, keptKey);
        foreach (var key in outcome.Removed)
        {
            Destroyed(key, userId);
        }

        return outcome;
    }

    private void Destroyed(string key, string? userId) =>
        events.Publish(SessionEvent.Destroyed, keys.PublicId(key), userId: string.IsNullOrEmpty(userId) ? null : userId);
}
