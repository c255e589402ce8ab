using System.Globalization;

using RedisSessions.Redis;
using RedisSessions.Tests.Hosting;

using RespClient;
using RespClient.Commands;

using TestServers.Proxy;

namespace RedisSessions.Tests.Marks;

/// <summary>How often a connection is dropped because of what came over it.</summary>
public sealed class SuspectConnectionTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    [Fact]
    public async Task A_connection_is_dropped_once_for_all_who_asked_over_it_and_never_twice_for_a_key()
    {
        await using var proxy = FaultProxy.Start(redis.Server.Port);
        await using var client = await RedisClient.ConnectAsync(proxy.ConnectionString);
        var connection = new SuspectConnection(client, near: null);

        Assert.True(connection.Drop("a", drops: 0, "the test says so"));
        Assert.True(connection.Drop("b", drops: 0, "the test says so"));
        Assert.Equal("PONG", (await client.ExecuteAsync(new RedisCommand("PING"))).AsString());
        Assert.Equal((1, 2), (connection.Drops, proxy.Connections));

        Assert.False(connection.Drop("a", drops: 1, "the test says so"));
        Assert.Equal(1, connection.Drops);
        Assert.True(connection.Drop("b", drops: 1, "the test says so"));
        Assert.Equal(2, connection.Drops);
        Assert.False(connection.Drop("b", drops: 2, "the test says so"));
        await client.ExecuteAsync(new RedisCommand("PING"));
        Assert.Equal(3, proxy.Connections);
    }

    [Fact]
    public async Task With_more_wrong_keys_than_are_remembered_nothing_is_dropped_any_more()
    {
        await using var client = new RedisClient(new RedisClientOptions { ConnectionString = redis.Server.ConnectionString });
        var connection = new SuspectConnection(client, near: null);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(connection.Drop(i.ToString(CultureInfo.InvariantCulture), connection.Drops, "the test says so"));
        }

        Assert.Equal(256, connection.Drops);
        Assert.False(connection.Drop("7", connection.Drops, "the test says so"));
    }

    [Fact]
    public async Task What_is_sent_after_the_drop_goes_over_the_next_connection()
    {
        await using var proxy = FaultProxy.Start(redis.Server.Port);
        await using var client = await RedisClient.ConnectAsync(proxy.ConnectionString);
        for (var i = 0; i < 200; i++)
        {
            await client.SetAsync("n", i);
            client.DropConnection("the test says so");
            Assert.Equal(i, (await client.ExecuteAsync(new RedisCommand("GET", "n"))).AsInt64());
        }

        Assert.Equal(201, proxy.Connections);
    }
}
