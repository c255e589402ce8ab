using RespClient;
using RespClient.Protocol;

namespace RedisSessions.Caching;

/// <summary>The client with a time-out of its own for every command.</summary>
internal sealed class TimedClient(IRedisClient inner, TimeSpan timeout) : IRedisClient
{
    public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) =>
        inner.ExecuteAsync(command with { Timeout = timeout }, cancellationToken);
}
