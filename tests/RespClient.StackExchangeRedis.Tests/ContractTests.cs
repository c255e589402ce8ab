using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Tests.Contract;
using RedisSessions.Tests.Hosting;

namespace RespClient.StackExchangeRedis.Tests;

/// <summary>The contract of sessions over StackExchange.Redis.</summary>
public sealed class SessionsOverMultiplexerTests(Multiplexed redis) : SessionContract, IClassFixture<Multiplexed>
{
    private protected override ValueTask<SessionAppSetup> SetupAsync() => new(new SessionAppSetup
    {
        Services = services => services.AddSingleton(redis.Connection).AddStackExchangeRedisClient(),
        Options = options => options.NearCacheBytes = 16 * 1024 * 1024,
        Endpoints = MapEndpoints,
    });

    [Fact]
    public async Task That_the_near_cache_is_off_is_said_once_in_the_log()
    {
        for (var i = 0; i < 3; i++)
        {
            await Browser.GetAsync("/set?k=a&v=1");
        }

        Assert.Single(App.Log.OfSessions, line => line.Text.Contains("near cache", StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>The contract of sessions over Microsoft's RedisCache as the plain cache it is.</summary>
public sealed class SessionsOverRedisCacheTests(Multiplexed redis) : SessionContract, IClassFixture<Multiplexed>
{
    private protected override ValueTask<SessionAppSetup> SetupAsync() => new(new SessionAppSetup
    {
        // A connection of its own: this cache closes the one it is given.
        Services = services => services.AddStackExchangeRedisCache(options =>
            options.ConnectionMultiplexerFactory = () => Multiplexed.ConnectAsync(redis.Server)),
        Endpoints = MapEndpoints,
    });
}
