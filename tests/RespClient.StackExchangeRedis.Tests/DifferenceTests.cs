using RedisSessions.Inspector;

using StackExchange.Redis;

using TestServers;
using TestServers.Proxy;

namespace RespClient.StackExchangeRedis.Tests;

/// <summary>Where the two clients differ: rows of the table in docs/integrations.md that no other test holds.</summary>
public sealed class DifferenceTests(Multiplexed redis) : IClassFixture<Multiplexed>
{
    private MultiplexerRedisClient Client => new(redis.Connection);

    [Fact]
    public async Task Sessions_that_expire_are_not_told_because_nothing_is_subscribed_to()
    {
        await redis.Server.CliAsync("CONFIG", "SET", "notify-keyspace-events", "Ex");

        await foreach (var told in new SessionExpirations(Client, null!, TimeProvider.System).ListenAsync(TestContext.Current.CancellationToken))
        {
            Assert.Fail($"{told.EventType} was told.");
        }
    }

    [Fact]
    public async Task A_command_that_asks_for_a_connection_of_its_own_shares_the_one_of_all()
    {
        var shared = await Client.ExecuteAsync(new RedisCommand("CLIENT", "ID"));

        var own = await Client.ExecuteAsync(new RedisCommand("CLIENT", "ID") { OnOwnConnection = true });

        Assert.Equal(shared.AsInt64(), own.AsInt64());
    }

    [Fact]
    public async Task A_command_without_a_time_out_of_its_own_has_that_of_the_connection()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await Multiplexed.ConnectAsync(server, options => options.AsyncTimeout = 200);
        var client = new MultiplexerRedisClient(connection);
        await client.ExecuteAsync(new RedisCommand("PING"));
        server.Suspend();

        // Looked at once a second.
        var e = await Assert.ThrowsAsync<RedisTimeoutException>(
            () => client.ExecuteAsync(new RedisCommand("PING")).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.StartsWith("StackExchange.Redis had no reply", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_high_integrity_a_connection_whose_replies_are_out_of_step_is_dropped_and_nobody_gets_anothers()
    {
        await using var proxy = FaultProxy.Start(redis.Server.Port);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(proxy.ConnectionString + ",highIntegrity=true");
        var client = new MultiplexerRedisClient(connection);
        await redis.Server.CliAsync("MSET", "a", "of a", "b", "of b");
        Assert.Equal("of a", (await client.ExecuteAsync(new RedisCommand("GET", "a"))).AsString());
        var (connections, wasFalse) = (proxy.Connections, 0);
        // Once, all replies of a moment come twice.
        proxy.Falsify = chunk => Interlocked.Exchange(ref wasFalse, 1) == 0 ? [.. chunk, .. chunk] : chunk;

        await Eventually.TrueAsync(async () => await ReadBothAsync(client) && proxy.Connections > connections);
    }

    private static async Task<bool> ReadBothAsync(MultiplexerRedisClient client)
    {
        try
        {
            foreach (var key in (string[])["a", "b"])
            {
                Assert.Equal("of " + key, (await client.ExecuteAsync(new RedisCommand("GET", key))).AsString());
            }

            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
