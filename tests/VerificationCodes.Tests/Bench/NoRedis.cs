using RespClient;
using RespClient.Protocol;

namespace VerificationCodes.Tests.Bench;

/// <summary>Stands where no Redis is needed: whoever asks it anything has a bug.</summary>
internal sealed class NoRedis : IRedisClient
{
    public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) =>
        throw new InvalidOperationException($"There is no Redis here, but {command.Name} was sent to it.");
}
