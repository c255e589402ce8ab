using RespClient;
using RespClient.Commands;

namespace RedisSessions.Stores;

/// <summary>
/// The time by Redis' clock: what one instance has written, another one reads, and their own clocks may differ. It is asked
/// for at most once a second, and goes on by this process' clock in between. Without Redis it is this process' clock.
/// </summary>
public sealed class RedisTime
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private readonly IRedisClient? _redis;
    private readonly TimeProvider _time;
    private volatile Reading? _last;

    internal RedisTime(IRedisClient? redis, TimeProvider time) => (_redis, _time) = (redis, time);

    /// <summary>Now, as far as is known; right where <see cref="NowAsync"/> was awaited just before.</summary>
    public DateTimeOffset Now => _time.GetUtcNow() + (_last?.Offset ?? TimeSpan.Zero);

    /// <summary>Now.</summary>
    /// <exception cref="RedisException">Redis did not answer.</exception>
    public async ValueTask<DateTimeOffset> NowAsync()
    {
        if (_redis is not null && (_last is not { } last || _time.GetElapsedTime(last.At) > GoodFor))
        {
            var told = await _redis.TimeAsync();
            _last = new Reading(told - _time.GetUtcNow(), _time.GetTimestamp());
        }

        return Now;
    }

    // Replaced as a whole.
    private sealed record Reading(TimeSpan Offset, long At);
}
