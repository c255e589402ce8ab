using Microsoft.Extensions.Caching.Distributed;

namespace RedisSessions.Records;

/// <summary>The expiry of an entry as its hash and its TTL have it.</summary>
/// <param name="AbsoluteTicks">UTC ticks, -1 for none.</param>
/// <param name="SlidingTicks">Ticks, -1 for none.</param>
/// <param name="TimeToLiveMilliseconds">The nearer of the two, -1 for none.</param>
internal readonly record struct EntryExpiry(long AbsoluteTicks, long SlidingTicks, long TimeToLiveMilliseconds)
{
    private const long None = -1;

    /// <exception cref="ArgumentOutOfRangeException">The absolute expiry has passed.</exception>
    public static EntryExpiry Of(DistributedCacheEntryOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(options);
        var absolute = options.AbsoluteExpirationRelativeToNow is { } relative ? now + relative : options.AbsoluteExpiration;
        if (absolute <= now)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), absolute, "The absolute expiration must lie in the future.");
        }

        var left = absolute - now;
        var timeToLive = options.SlidingExpiration is { } sliding && !(left < sliding) ? sliding : left;
        return new EntryExpiry(
            absolute?.UtcTicks ?? None,
            options.SlidingExpiration?.Ticks ?? None,
            timeToLive is { } some ? (long)Math.Ceiling(some.TotalMilliseconds) : None);
    }
}
