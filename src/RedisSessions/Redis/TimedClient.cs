using RespClient;
using RespClient.Protocol;

namespace RedisSessions.Redis;

/// <summary>The client with a time-out of its own for every command.</summary>
internal sealed class TimedClient(IRedisClient inner, TimeSpan timeout) : IRedisClient
{
    /// <summary>The same time-out around another client; <see langword="null"/>: this one.</summary>
    public TimedClient Around(IRedisClient? other) => other is null ? this : new TimedClient(other, timeout);

    public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) =>
        inner.ExecuteAsync(command with { Timeout = timeout }, cancellationToken);
}
