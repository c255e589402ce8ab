using System.Buffers;
using System.Globalization;

using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Options;

using RedisSessions.Caching;
using RedisSessions.Records;
using RedisSessions.Tests.Hosting;

using RespClient;

using TestServers;

namespace RedisSessions.Tests.Caching;

/// <summary>The cache as anybody may use it.</summary>
public sealed class DistributedCacheTests(RedisFixture redis) : IClassFixture<RedisFixture>, IAsyncLifetime
{
    private readonly string _key = "entry-" + Guid.NewGuid().ToString("N");
    private RedisClient _client = null!;
    private RedisSessionCache _cache = null!;

    private RedisServer Server => redis.Server;

    public async ValueTask InitializeAsync()
    {
        _client = await RedisClient.ConnectAsync(Server.ConnectionString);
        _cache = new RedisSessionCache(_client, Options.Create(new RedisSessionCacheOptions { KeyPrefix = "app:" }));
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(1024 * 1024)]
    public async Task What_is_set_is_got_byte_for_byte_by_every_member(int length)
    {
        var value = new byte[length];
        Random.Shared.NextBytes(value);
        var none = new DistributedCacheEntryOptions();

        await _cache.SetAsync(_key, value, none);
        Assert.Equal(value, await _cache.GetAsync(_key));
        _cache.Set(_key + 2, value, none);
        Assert.Equal(value, _cache.Get(_key + 2));
        await _cache.SetAsync(_key + 3, new ReadOnlySequence<byte>(value), none);
        var buffer = new ArrayBufferWriter<byte>();
        Assert.True(await _cache.TryGetAsync(_key + 3, buffer));
        _cache.Set(_key + 4, new ReadOnlySequence<byte>(value), none);
        Assert.True(_cache.TryGet(_key + 4, buffer));
        Assert.Equal([.. value, .. value], buffer.WrittenSpan.ToArray());
    }

    [Fact]
    public async Task A_full_redis_refuses_a_new_entry_instead_of_growing_beyond_its_memory()
    {
        await Server.CliAsync("CONFIG", "SET", "maxmemory", "1");
        try
        {
            var refusal = await Assert.ThrowsAsync<RedisServerException>(
                () => _cache.SetAsync(_key, [1], new DistributedCacheEntryOptions()));

            Assert.Equal(RedisErrorKind.OutOfMemory, refusal.Kind);
        }
        finally
        {
            await Server.CliAsync("CONFIG", "SET", "maxmemory", "0");
        }

        Assert.Null(await _cache.GetAsync(_key));
    }

    [Fact]
    public async Task A_missing_entry_is_null_or_false_and_refreshing_or_removing_it_does_nothing()
    {
        Assert.Null(await _cache.GetAsync(_key));
        Assert.Null(_cache.Get(_key));
        Assert.False(_cache.TryGet(_key, new ArrayBufferWriter<byte>()));
        await _cache.RefreshAsync(_key);
        _cache.Refresh(_key);
        await _cache.RemoveAsync(_key);
        _cache.Remove(_key);

        Assert.False(await Server.ExistsAsync("app:" + _key));
    }

    [Fact]
    public async Task A_removed_entry_cannot_be_read_again()
    {
        await _cache.SetAsync(_key, [1], new DistributedCacheEntryOptions());
        await _cache.RemoveAsync(_key);

        Assert.Null(await _cache.GetAsync(_key));
    }

    [Fact]
    public async Task An_entry_without_expiry_has_no_ttl_also_when_it_replaces_one_that_had()
    {
        await _cache.SetAsync(_key, [1], new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1) });
        await _cache.SetAsync(_key, [2], new DistributedCacheEntryOptions());

        Assert.Equal(-1, await Server.PttlAsync("app:" + _key));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sliding_expiry_starts_anew_with_each_get_and_each_refresh(bool byGet)
    {
        var since = await Server.NowAsync();
        await _cache.SetAsync(_key, [1], new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(90.5) });
        await Server.AssertTtlSetAsync("app:" + _key, 90_500, since);
        await Server.CliAsync("PEXPIRE", "app:" + _key, "1000");

        since = await Server.NowAsync();
        await (byGet ? _cache.GetAsync(_key) : _cache.RefreshAsync(_key));

        await Server.AssertTtlSetAsync("app:" + _key, 90_500, since);
    }

    [Fact]
    public async Task Absolute_expiry_is_not_moved_by_gets()
    {
        await _cache.SetAsync(_key, [1], new DistributedCacheEntryOptions { AbsoluteExpiration = DateTimeOffset.FromUnixTimeMilliseconds(4_000_000_000_000) });
        await Server.CliAsync("PEXPIREAT", "app:" + _key, "3900000000000");

        await _cache.GetAsync(_key);

        Assert.Equal(3_900_000_000_000, await Server.ExpiresAtAsync("app:" + _key));
    }

    [Fact]
    public async Task With_both_expiries_the_sliding_one_never_passes_the_absolute_one()
    {
        var since = await Server.NowAsync();
        await _cache.SetAsync(_key, [1], new DistributedCacheEntryOptions
        {
            SlidingExpiration = TimeSpan.FromSeconds(60),
            AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(80),
        });
        await Server.AssertTtlSetAsync("app:" + _key, 60_000, since);
        // As if 50 of the 80 seconds had passed.
        var ticks = long.Parse(await Server.FieldAsync("app:" + _key, "absexp"), CultureInfo.InvariantCulture);
        await Server.CliAsync("HSET", "app:" + _key, "absexp", (ticks - TimeSpan.FromSeconds(50).Ticks).ToString(CultureInfo.InvariantCulture));

        await _cache.GetAsync(_key);

        var end = new DateTimeOffset(ticks, TimeSpan.Zero).AddSeconds(-50).ToUnixTimeMilliseconds();
        Assert.InRange(await Server.ExpiresAtAsync("app:" + _key) - end, -500, 500);
    }

    [Fact]
    public async Task An_entry_is_gone_when_its_milliseconds_are_over()
    {
        await _cache.SetAsync(_key, [1], new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(150) });

        await Eventually.TrueAsync(async () => await _cache.GetAsync(_key) is null);
    }

    [Fact]
    public void An_absolute_expiry_that_has_come_is_refused_and_one_counted_from_now_comes_first()
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(56);
        Assert.Throws<ArgumentOutOfRangeException>(() => EntryExpiry.Of(new() { AbsoluteExpiration = now }, now));
        Assert.Equal(1, EntryExpiry.Of(new() { AbsoluteExpiration = now.AddTicks(1) }, now).TimeToLiveMilliseconds);

        DistributedCacheEntryOptions both = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(9), AbsoluteExpiration = now.AddSeconds(5) };
        Assert.Equal(9000, EntryExpiry.Of(both, now).TimeToLiveMilliseconds);
    }

    [Fact]
    public async Task Every_call_costs_one_round_trip()
    {
        var sliding = new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1) };
        await _cache.SetAsync(_key, [1], sliding);
        await _cache.GetAsync(_key);
        await using var monitor = await Server.MonitorAsync();

        await _cache.SetAsync(_key, [2], sliding);
        await _cache.GetAsync(_key);
        await _cache.RefreshAsync(_key);
        await _cache.RemoveAsync(_key);

        Assert.Equal(4, (await monitor.CommandsAsync()).Count(line => line.Contains(_key, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_entry_written_in_the_layout_of_microsofts_cache_is_read_and_slides()
    {
        // What that cache writes: HMSET key absexp {ticks} sldexp {ticks} data {bytes}, -1 for none.
        await Server.CliAsync(
            "HMSET", "app:" + _key, "absexp", "-1", "sldexp", TimeSpan.FromMinutes(20).Ticks.ToString(CultureInfo.InvariantCulture), "data", "theirs");
        await Server.CliAsync("EXPIRE", "app:" + _key, "100");

        var since = await Server.NowAsync();
        Assert.Equal("theirs"u8.ToArray(), await _cache.GetAsync(_key));

        await Server.AssertTtlSetAsync("app:" + _key, 1_200_000, since);
    }

    [Fact]
    public async Task An_entry_of_ours_has_the_fields_that_microsofts_cache_reads()
    {
        var absolute = DateTimeOffset.FromUnixTimeMilliseconds(4_000_000_000_123);
        await _cache.SetAsync(_key, "ours"u8.ToArray(), new DistributedCacheEntryOptions
        {
            AbsoluteExpiration = absolute, SlidingExpiration = TimeSpan.FromMinutes(20),
        });

        Assert.Equal(absolute.UtcTicks.ToString(CultureInfo.InvariantCulture), await Server.FieldAsync("app:" + _key, "absexp"));
        Assert.Equal("12000000000", await Server.FieldAsync("app:" + _key, "sldexp"));
        Assert.Equal("ours", await Server.FieldAsync("app:" + _key, "data"));
        Assert.Equal("3", await Server.CliAsync("HLEN", "app:" + _key));
    }
}
