namespace RespClient.Tracking;

/// <summary>How large a <see cref="TrackedCache{TKey,TValue}"/> grows and how old its hits may be.</summary>
public sealed record TrackedCacheOptions
{
    /// <summary>What all kept records may take together, in bytes. Default 64 MiB; at least 4,096.</summary>
    public long MaxBytes { get; init; } = 64L << 20;

    /// <summary>
    /// How old a hit may be, whatever happens to the network: a hit is served only while the newest command that was
    /// answered had been sent no longer ago than this. An idle connection is pinged at half of it, until
    /// there was no look-up for ten times the bound. Default 1 s; range 50 ms to 1 minute.
    /// </summary>
    public TimeSpan MaxStaleness { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A key that the cache may write and delete again at each connection, to find out whether the server tracks what
    /// scripts read. It needs a name that no other process uses, not even one of the same application.
    /// <see langword="null"/>, the default: it is not tried, and what was written is read again.
    /// </summary>
    public string? ProbeKey { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    internal void Validate()
    {
        if (MaxBytes < 4096)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxBytes), MaxBytes, "MaxBytes must be 4096 or more.");
        }

        if (MaxStaleness < TimeSpan.FromMilliseconds(50) || MaxStaleness > TimeSpan.FromMinutes(1))
        {
            throw new ArgumentOutOfRangeException(nameof(MaxStaleness), MaxStaleness, "MaxStaleness must be from 50 ms to 1 minute.");
        }
    }
}
