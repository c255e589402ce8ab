using RespClient;
using RespClient.Protocol;

namespace RedisSessions.Caching;

/// <summary>The client with a time-out of its own for every command.</summary>
internal sealed class TimedClient(IRedisClient inner, TimeSpan timeout) : IRedisClient
{
    /// <summary>The same time-out around another client.</summary>
    public TimedClient Around(IRedisClient other) => new(other, timeout);

    public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) =>
        inner.ExecuteAsync(command with { Timeout = timeout }, cancellationToken);
}
