using Microsoft.Extensions.Caching.Distributed;

using RedisSessions.Records;

using RespClient;
using RespClient.Protocol;

namespace RedisSessions.Redis;

/// <summary>
/// A distributed cache whose entries have fields that change one by one, atomically, and only while the entry lives.
/// Merge by key, "destroyed stays destroyed" and the cheap renewal of sessions stand on it.
/// </summary>
/// <remarks>
/// The cache keeps these fields of an entry itself, by its own clock, in milliseconds since 1970:
/// <c>@version</c> (up by one with each write), <c>@mark</c> (that and the end of the key), <c>@created</c>, <c>@renewed</c>, <c>@deadline</c>.
/// Every entry has a TTL, set in the step that writes it, never beyond the deadline.
/// </remarks>
internal interface IFieldCache : IDistributedCache
{
    /// <summary>Reads all fields in one round trip; a <see cref="FieldSet"/> reads the reply.</summary>
    ValueTask<RespValue> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Reads single fields; null where one is missing.</summary>
    ValueTask<RespValue> ReadAsync(string key, string[] fields, CancellationToken cancellationToken);

    /// <summary>Reads in one round trip as well, but with a reply that is compared with its call, which takes the server longer.</summary>
    /// <param name="key">The entry.</param>
    /// <param name="fields">The fields whose values are wanted; none: names and values of all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<RespValue> ConfirmAsync(string key, string[] fields, CancellationToken cancellationToken);

    /// <summary>Makes an entry. <see cref="FieldWrite.TimeToLive"/> must be set.</summary>
    /// <param name="write">What it holds.</param>
    /// <param name="through">Another client to the same server to send it through; <see langword="null"/>: the cache's own.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<FieldAnswer> CreateAsync(FieldWrite write, IRedisClient? through, CancellationToken cancellationToken);

    /// <summary>Changes an entry if it lives and every expected field has its value.</summary>
    /// <param name="write">The change.</param>
    /// <param name="through">Another client to the same server to send it through; <see langword="null"/>: the cache's own.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<FieldAnswer> ChangeAsync(FieldWrite write, IRedisClient? through, CancellationToken cancellationToken);

    /// <summary>Removes an entry, and its member of the index.</summary>
    /// <param name="key">The entry.</param>
    /// <param name="indexKey">The index that lists it; <see langword="null"/>: none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> DeleteAsync(string key, string? indexKey, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the entries that an index lists and that are the user's. None that is there at the call remains, under
    /// any key: an entry that moves meanwhile moves before or after all of it.
    /// </summary>
    /// <param name="indexKey">The index.</param>
    /// <param name="userId">The user.</param>
    /// <param name="keptKey">The entry that stays; <see langword="null"/>: none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// The entries that were removed, and whether these are all: where keys lie in different slots of a cluster, there may be more.
    /// </returns>
    ValueTask<(IReadOnlyList<string> Removed, bool AreAll)> DeleteListedAsync(
        string indexKey, string userId, string? keptKey, CancellationToken cancellationToken);
}
