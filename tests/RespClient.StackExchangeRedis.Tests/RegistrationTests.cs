using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

using RedisSessions.Tests.Hosting;

using StackExchange.Redis;

namespace RespClient.StackExchangeRedis.Tests;

/// <summary>How an application that has a connection of StackExchange.Redis gets its sessions over it.</summary>
public sealed class RegistrationTests(Multiplexed redis) : IClassFixture<Multiplexed>
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task With_a_multiplexer_and_no_client_the_start_says_which_line_to_add_and_opens_nothing(bool withCacheInMemory)
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => SessionApp.StartAsync(new SessionAppSetup
        {
            Services = services =>
            {
                services.AddSingleton<IConnectionMultiplexer>(_ => throw new InvalidOperationException("It was opened."));
                if (withCacheInMemory)
                {
                    services.AddDistributedMemoryCache();
                }
            },
        }));

        Assert.Contains("services.AddStackExchangeRedisClient();", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_multiplexer_and_another_cache_than_that_in_memory_sessions_live_in_that_cache()
    {
        await using var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Services = services => services.AddSingleton(redis.Connection).AddStackExchangeRedisCache(options =>
                options.ConnectionMultiplexerFactory = () => Multiplexed.ConnectAsync(redis.Server)),
        });

        Assert.Contains(app.Log.OfSessions, line => line.Text.Contains(app.Get<IDistributedCache>().GetType().Name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_line_over_the_applications_connection_carries_its_sessions_and_closes_nothing()
    {
        await using (var app = await SessionApp.StartAsync(new SessionAppSetup
        {
            Services = services => services.AddSingleton(redis.Connection).AddStackExchangeRedisClient(database: 3),
        }))
        {
            using var browser = app.NewBrowser();
            await browser.GetAsync("/set?k=a&v=1");
            Assert.Equal("1", (await browser.GetAsync("/get?k=a")).Body);
            Assert.Equal("1", await redis.Server.CliAsync("-n", "3", "EXISTS", SessionRedis.KeyOf(browser.Cookie!)));
        }

        Assert.True(redis.Connection.IsConnected);
    }

    [Fact]
    public async Task A_client_that_is_registered_already_stays()
    {
        await using var services = new ServiceCollection().AddRespClient(redis.Server.ConnectionString)
            .AddSingleton(redis.Connection).AddStackExchangeRedisClient().BuildServiceProvider();

        Assert.IsType<RedisClient>(services.GetRequiredService<IRedisClient>());
    }
}
