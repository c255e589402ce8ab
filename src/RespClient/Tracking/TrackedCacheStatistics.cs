namespace RespClient.Tracking;

/// <summary>What a <see cref="TrackedCache{TKey,TValue}"/> has done since it was made.</summary>
/// <param name="Hits">Records served from memory.</param>
/// <param name="Misses">Records that had to be read, joined reads included.</param>
/// <param name="Reads">Read commands sent: less than <paramref name="Misses"/> where misses of one key were joined.</param>
/// <param name="Fills">Records that were kept.</param>
/// <param name="Invalidations">Keys that the server named in a push.</param>
/// <param name="Evictions">Records dropped because of the bound in bytes.</param>
/// <param name="Drops">Times that everything was dropped: a lost connection, FLUSHALL.</param>
/// <param name="Records">Records kept now.</param>
/// <param name="Bytes">What they take, in bytes.</param>
public readonly record struct TrackedCacheStatistics(
    long Hits, long Misses, long Reads, long Fills, long Invalidations, long Evictions, long Drops, int Records, long Bytes);
