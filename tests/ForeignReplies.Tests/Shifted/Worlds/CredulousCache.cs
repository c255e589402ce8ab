using Microsoft.Extensions.Caching.Distributed;

using RespClient;

namespace ForeignReplies.Tests.Shifted.Worlds;

/// <summary>A distributed cache as others have it: believes that each reply is its own.</summary>
internal sealed class CredulousCache(IRedisClient redis) : IDistributedCache
{
    public byte[]? Get(string key) => GetAsync(key).GetAwaiter().GetResult();

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default) =>
        (await redis.ExecuteAsync(new RedisCommand("GET", key), token)).AsBytes();

    public void Refresh(string key) => RefreshAsync(key).GetAwaiter().GetResult();

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public void Remove(string key) => RemoveAsync(key).GetAwaiter().GetResult();

    public async Task RemoveAsync(string key, CancellationToken token = default) =>
        await redis.ExecuteAsync(new RedisCommand("DEL", key), token);

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => SetAsync(key, value, options).GetAwaiter().GetResult();

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        await redis.ExecuteAsync(
            new RedisCommand("SET", key, value, "PX", (long)options.AbsoluteExpirationRelativeToNow!.Value.TotalMilliseconds), token);
}
