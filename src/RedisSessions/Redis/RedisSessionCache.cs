using System.Buffers;

using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Options;

using RedisSessions.Records;
using RedisSessions.Redis;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;

namespace RedisSessions.Caching;

/// <summary>
/// A distributed cache over Redis for anyone: sliding and absolute expiry as <see cref="IDistributedCache"/> documents
/// them, to the millisecond, and one round trip per call. Entries are hashes in the layout of Microsoft's Redis cache
/// (<c>absexp</c>, <c>sldexp</c>, <c>data</c>), so that either reads what the other wrote. Sessions use it by its fields.
/// </summary>
/// <remarks>
/// The members without <c>Async</c> block the calling thread until Redis has answered; they are there because the
/// interface has them.
/// </remarks>
public sealed class RedisSessionCache : IBufferDistributedCache, IFieldCache
{
    private static readonly LuaScript GetEntry = LuaScript.FromResource(typeof(FieldCommands), "Get.lua", isRepeatable: true);
    private static readonly LuaScript SetEntry = LuaScript.FromResource(typeof(FieldCommands), "Set.lua");

    private readonly TimedClient _client;
    private readonly FieldCommands _fields;
    private readonly TimeProvider _time;
    private readonly string _prefix;

    /// <summary>Creates the cache over a client.</summary>
    /// <param name="client">Where the entries are.</param>
    /// <param name="options">Prefix and time-out.</param>
    /// <param name="timeProvider">Turns absolute expiries into TTLs. Default: the system's.</param>
    public RedisSessionCache(IRedisClient client, IOptions<RedisSessionCacheOptions> options, TimeProvider? timeProvider = null)
    {
        _client = new TimedClient(client, options.Value.IoTimeout);
        _fields = new FieldCommands(_client);
        _time = timeProvider ?? TimeProvider.System;
        _prefix = options.Value.KeyPrefix;
    }

    /// <inheritdoc/>
    /// <exception cref="RedisException">Redis did not answer or refused; so for every member.</exception>
    /// <exception cref="ArgumentException">The key has half a surrogate pair, which has no UTF-8; so for every member.</exception>
    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default) =>
        (await GetEntry.ExecuteAsync(_client, [Key(key)], ["1"], token)).AsBytes();

    /// <inheritdoc/>
    public async ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (await GetAsync(key, token) is not { } data)
        {
            return false;
        }

        destination.Write(data);
        return true;
    }

    /// <inheritdoc/>
    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        var expiry = EntryExpiry.Of(options, _time.GetUtcNow());
        await SetEntry.ExecuteAsync(
            _client, [Key(key)], [expiry.AbsoluteTicks, expiry.SlidingTicks, value, expiry.TimeToLiveMilliseconds], token);
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(
        string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        await SetAsync(key, value.ToArray(), options, token);

    /// <inheritdoc/>
    public async Task RefreshAsync(string key, CancellationToken token = default) =>
        await GetEntry.ExecuteAsync(_client, [Key(key)], ["0"], token);

    /// <inheritdoc/>
    public async Task RemoveAsync(string key, CancellationToken token = default) =>
        await _client.UnlinkAsync(Key(key), token);

    /// <inheritdoc/>
    public byte[]? Get(string key) => GetAsync(key).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public bool TryGet(string key, IBufferWriter<byte> destination) =>
        TryGetAsync(key, destination).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) =>
        SetAsync(key, value, options).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) =>
        SetAsync(key, value, options).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Refresh(string key) => RefreshAsync(key).GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Remove(string key) => RemoveAsync(key).GetAwaiter().GetResult();

    ValueTask<RespValue> IFieldCache.ReadAsync(string key, CancellationToken cancellationToken) =>
        _client.HGetAllAsync(key, cancellationToken);

    ValueTask<RespValue> IFieldCache.ReadAsync(string key, string[] fields, CancellationToken cancellationToken) =>
        _client.HMGetAsync(key, [.. fields.Select(field => (RedisArgument)field)], cancellationToken);

    ValueTask<RespValue> IFieldCache.ConfirmAsync(string key, string[] fields, CancellationToken cancellationToken) =>
        _fields.ReadAsync(key, fields, cancellationToken);

    ValueTask<FieldAnswer> IFieldCache.CreateAsync(FieldWrite write, IRedisClient? through, CancellationToken cancellationToken) =>
        _fields.CreateAsync(write, through, cancellationToken);

    ValueTask<FieldAnswer> IFieldCache.ChangeAsync(FieldWrite write, IRedisClient? through, CancellationToken cancellationToken) =>
        _fields.ChangeAsync(write, through, cancellationToken);

    ValueTask<bool> IFieldCache.DeleteAsync(string key, string? indexKey, CancellationToken cancellationToken) =>
        _fields.DeleteAsync(key, indexKey, cancellationToken);

    ValueTask<(IReadOnlyList<string> Removed, bool AreAll)> IFieldCache.DeleteListedAsync(
        string indexKey, string userId, string? keptKey, CancellationToken cancellationToken) =>
        _fields.DeleteListedAsync(indexKey, userId, keptKey, cancellationToken);

    private string Key(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        KeyNames.RequireText(key, nameof(key));
        return _prefix.Length == 0 ? key : _prefix + key;
    }
}
