using System.Collections.Concurrent;

using Microsoft.Extensions.Caching.Distributed;

namespace RedisSessions.Tests.Caching;

/// <summary>
/// A distributed cache that does no more than the interface demands: it holds bytes, knows nothing of fields, and
/// forgets by its own clock.
/// </summary>
internal sealed class MinimalCache(TimeProvider time) : IDistributedCache
{
    private readonly ConcurrentDictionary<string, (byte[] Value, DateTimeOffset? Until)> _entries = new();

    public bool IsDown { get; set; }

    /// <summary>Whether it keeps what is over.</summary>
    public bool NeverForgets { get; set; }

    public int Count => _entries.Count;

    /// <summary>What is read where a key is asked for; <see langword="null"/>: that.</summary>
    public Func<string, string>? Asked { get; set; }

    public byte[]? Get(string key)
    {
        Check();
        key = Asked?.Invoke(key) ?? key;
        return _entries.TryGetValue(key, out var entry) && (NeverForgets || !(entry.Until <= time.GetUtcNow())) ? entry.Value : null;
    }

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromResult(Get(key));

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        Check();
        _entries[key] = (value, options.AbsoluteExpiration ?? time.GetUtcNow() + options.AbsoluteExpirationRelativeToNow);
    }

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        Set(key, value, options);
        return Task.CompletedTask;
    }

    public void Refresh(string key) => Check();

    public Task RefreshAsync(string key, CancellationToken token = default)
    {
        Refresh(key);
        return Task.CompletedTask;
    }

    public void Remove(string key)
    {
        Check();
        _entries.TryRemove(key, out _);
    }

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        Remove(key);
        return Task.CompletedTask;
    }

    public void Overwrite(Func<byte[], byte[]> change)
    {
        foreach (var (key, entry) in _entries)
        {
            _entries[key] = (change(entry.Value), entry.Until);
        }
    }

    private void Check()
    {
        if (IsDown)
        {
            throw new TimeoutException("The cache is down.");
        }
    }
}
