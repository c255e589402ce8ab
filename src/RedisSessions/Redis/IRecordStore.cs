using RedisSessions.Records;

namespace RedisSessions.Redis;

/// <summary>
/// Keeps records. Keys are record keys as <see cref="SessionKeys"/> makes them. Every method throws
/// <see cref="SessionUnavailableException"/> where what is behind it does not answer or refuses.
/// </summary>
internal interface IRecordStore
{
    /// <summary>
    /// Reads a record. <see langword="null"/> where there is none, and where there is one that cannot be read: that is
    /// logged and left alone.
    /// </summary>
    ValueTask<SessionRecord?> LoadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Reads a record past any near cache.</summary>
    ValueTask<SessionRecord?> ReloadAsync(string key, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a change, all of it or nothing. Takes no cancellation token: a client that disconnects does not stop it.
    /// </summary>
    ValueTask<RecordOutcome> CommitAsync(RecordChange change);

    /// <summary>Removes a record. Whether there was one.</summary>
    ValueTask<bool> DeleteAsync(string key, string? userId);

    /// <summary>Removes the records of a user that are in the user's index, as <see cref="IFieldCache.DeleteListedAsync"/> does.</summary>
    /// <exception cref="NotSupportedException">This store keeps no index.</exception>
    ValueTask<(IReadOnlyList<string> Removed, bool AreAll)> DeleteOfUserAsync(string userId, string? keptKey);
}
