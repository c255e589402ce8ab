using System.Runtime.CompilerServices;

using RedisSessions.Diagnostics;
using RedisSessions.Records;

namespace RedisSessions.Stores;

/// <summary>Counts where records were found.</summary>
internal sealed class MeasuredRecordStore(IRecordStore inner, SessionMetrics metrics) : IRecordStore
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SessionRecord?> LoadAsync(string key, CancellationToken cancellationToken) =>
        Counted(await inner.LoadAsync(key, cancellationToken));

    public async ValueTask<SessionRecord?> ReloadAsync(string key, CancellationToken cancellationToken) =>
        Counted(await inner.ReloadAsync(key, cancellationToken));

    public ValueTask<RecordOutcome> CommitAsync(RecordChange change) => inner.CommitAsync(change);

    public ValueTask<bool> DeleteAsync(string key, string? userId) => inner.DeleteAsync(key, userId);

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
}
