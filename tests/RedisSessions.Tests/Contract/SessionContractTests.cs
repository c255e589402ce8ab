using System.Net;

using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Tests.Caching;
using RedisSessions.Tests.Hosting;
using RedisSessions.Users;

using TestServers;

namespace RedisSessions.Tests.Contract;

/// <summary>The contract over Redis.</summary>
public sealed class SessionsInRedisTests(RedisFixture redis) : SessionContract, IClassFixture<RedisFixture>
{
    private protected override ValueTask<SessionAppSetup> SetupAsync() =>
        new(new SessionAppSetup { Redis = redis.Server.ConnectionString, Endpoints = MapEndpoints });
}

/// <summary>The contract over Redis with encrypted values.</summary>
public sealed class ProtectedSessionsInRedisTests(RedisFixture redis) : SessionContract, IClassFixture<RedisFixture>
{
    private protected override ValueTask<SessionAppSetup> SetupAsync() => new(new SessionAppSetup
    {
        Redis = redis.Server.ConnectionString, Endpoints = MapEndpoints, Options = o => o.ProtectData = true,
    });
}

/// <summary>The contract over Redis with the near cache.</summary>
public sealed class SessionsNearAndInRedisTests(RedisFixture redis) : SessionContract, IClassFixture<RedisFixture>
{
    private protected override ValueTask<SessionAppSetup> SetupAsync() => new(new SessionAppSetup
    {
        Redis = redis.Server.ConnectionString, Endpoints = MapEndpoints, Options = o => o.NearCacheBytes = 16 * 1024 * 1024,
    });
}

/// <summary>The contract over the framework's cache in memory.</summary>
public sealed class SessionsInMemoryTests : SessionContract
{
    private protected override ValueTask<SessionAppSetup> SetupAsync() => new(new SessionAppSetup
    {
        Services = services => services.AddDistributedMemoryCache(), Endpoints = MapEndpoints,
    });

    [Fact]
    public async Task What_needs_redis_says_so_in_the_log_once_and_by_exception_when_it_is_called()
    {
        await Browser.GetAsync("/set?k=a&v=1");
        await Browser.GetAsync("/set?k=a&v=2");

        Assert.Single(App.Log.OfSessions, line => line.Text.Contains("last write of a session wins", StringComparison.Ordinal));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await App.Get<UserSessions>().ListAsync("anna"));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await App.Get<RedisSessions.Catalog.SessionCatalog>().ListAsync(null));
    }
}

/// <summary>The contract over a cache that does the least it may.</summary>
public sealed class SessionsInAMinimalCacheTests : SessionContract
{
    private readonly ShiftedTime _time = new();
    private MinimalCache _cache = null!;

    private protected override ValueTask<SessionAppSetup> SetupAsync()
    {
        _cache = new MinimalCache(_time);
        return new(new SessionAppSetup
        {
            Services = services => services.AddSingleton<IDistributedCache>(_cache), Endpoints = MapEndpoints, Time = _time,
        });
    }

    [Fact]
    public async Task A_cache_that_throws_is_a_503_and_the_cookie_stays_good()
    {
        await Browser.GetAsync("/set?k=a&v=1");
        _cache.IsDown = true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Browser.GetAsync("/get?k=a")).Status);

        _cache.IsDown = false;

        Assert.Equal("1", (await Browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task A_session_ends_when_its_lifetime_is_over_though_the_cache_never_forgets()
    {
        _cache.NeverForgets = true;
        await Browser.GetAsync("/set?k=a&v=1");
        _time.Advance(TimeSpan.FromDays(7));

        Assert.Equal("none", (await Browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task Over_another_cache_protected_values_and_principals_are_unreadable_as_well()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Services = services => services.AddSingleton<IDistributedCache>(_cache), Options = o => o.ProtectData = true,
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/sign-in?user=anna-of-the-claims");
        await browser.GetAsync("/set?k=a&v=confidential");

        var texts = new List<string>();
        _cache.Overwrite(blob =>
        {
            texts.Add(System.Text.Encoding.Latin1.GetString(blob));
            return blob;
        });

        Assert.DoesNotContain(texts, text => text.Contains("confidential", StringComparison.Ordinal));
        Assert.DoesNotContain(texts, text => text.Contains("http://schemas", StringComparison.Ordinal));
        Assert.Equal("confidential", (await browser.GetAsync("/get?k=a")).Body);
    }

    [Fact]
    public async Task A_blob_cut_off_or_changed_anywhere_breaks_no_request_but_where_it_names_another_session()
    {
        await Browser.GetAsync("/set?k=a&v=1");
        byte[]? whole = null;
        _cache.Overwrite(blob => whole = blob);
        for (var length = 0; length < whole!.Length; length++)
        {
            _cache.Overwrite(_ => whole[..length]);
            Assert.Equal("none", (await Browser.GetAsync("/get?k=a")).Body);
        }

        // The end of the mark names the session: with another one there the record looks like another session's.
        var mark = whole.AsSpan().IndexOf("@mark"u8) + 5;
        var end = mark + 4 + BitConverter.ToInt32(whole, mark);
        for (var i = 0; i < whole.Length; i++)
        {
            _cache.Overwrite(_ => [.. whole[..i], (byte)(whole[i] ^ 0xff), .. whole[(i + 1)..]]);
            var namesAnother = i >= end - 11 && i < end;
            Assert.Equal(
                namesAnother ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK, (await Browser.GetAsync("/get?k=a")).Status);
        }
    }
}

/// <summary>Which cache sessions live in when several are there.</summary>
public sealed class ChoiceOfCacheTests
{
    [Fact]
    public async Task Redis_comes_before_a_cache_in_memory_that_something_else_has_registered()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.ConnectionString, Services = services => services.AddDistributedMemoryCache(),
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        Assert.True(await redis.ExistsAsync(SessionRedis.KeyOf(browser.Cookie!)));
    }

    [Fact]
    public async Task A_cache_registered_under_the_key_of_sessions_comes_before_redis()
    {
        await using var redis = await RedisServer.StartAsync();
        var cache = new MinimalCache(TimeProvider.System);
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Redis = redis.ConnectionString,
            Services = services => services.AddKeyedSingleton<IDistributedCache>(RedisSessionOptions.CacheServiceKey, cache),
        });
        using var browser = app.NewBrowser();
        await browser.GetAsync("/set?k=a&v=1");

        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public async Task With_neither_redis_nor_a_cache_the_start_says_what_to_register()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => SessionApp.StartAsync(new SessionAppSetup()));

        Assert.Contains("AddRespClient", failure.Message, StringComparison.Ordinal);
    }
}
