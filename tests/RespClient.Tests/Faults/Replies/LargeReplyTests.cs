using System.Globalization;

using RespClient.Commands;
using RespClient.Protocol;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Faults.Replies;

/// <summary>Replies that are larger than others can wait for, or than the limits allow.</summary>
public sealed class LargeReplyTests
{
    [Fact]
    public async Task A_time_out_behind_a_large_reply_says_what_stood_ahead_and_how_far_it_was()
    {
        var rest = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                if (command.Name == "LRANGE")
                {
                    await connection.SendAsync("$300000\r\n" + new string('x', 200_000));
                    await rest.Task;
                    await connection.SendAsync(new string('x', 100_000) + "\r\n");
                }
                else
                {
                    await connection.SendAsync($"+{command[0]}\r\n");
                }
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var large = client.ExecuteAsync(new RedisCommand("LRANGE", "list", 0, -1) { Timeout = TimeSpan.FromMilliseconds(300) }).AsTask();
        var behind = client.ExecuteAsync(new RedisCommand("GET", "key") { Timeout = TimeSpan.FromMilliseconds(300) }).AsTask();
        var patient = client.ExecuteAsync(new RedisCommand("GET", "patient")).AsTask();
        var e = await Assert.ThrowsAsync<RedisTimeoutException>(() => behind);
        Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
        Assert.Matches("^No reply to GET within 300 ms. It may have run or not. The reply to LRANGE is on its way before it, [0-9,]+ bytes so far.$", e.Message);
        e = await Assert.ThrowsAsync<RedisTimeoutException>(() => large);
        Assert.Matches("Its reply is on its way, [0-9,]+ bytes so far.$", e.Message);
        rest.SetResult();
        Assert.Equal("patient", (await patient).AsString());
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_reply_beyond_a_limit_ends_its_own_callers_wait_and_the_connection_goes_on(int protocol)
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(new RedisClientOptions
        {
            ConnectionString = $"{server.ConnectionString},protocol=resp{protocol}",
            ReplyLimits = new RespLimits { MaxBulkBytes = 100_000, MaxElements = 1_000, MaxFrameBytes = 200_000 },
        });
        var id = (await client.ExecuteAsync(new RedisCommand("CLIENT", "ID"))).AsInt64();
        await client.SetAsync("large", new string('x', 100_001));
        await client.ExecuteAsync(new RedisCommand("EVAL", "for i = 1, 1001 do redis.call('RPUSH', 'list', i) redis.call('HSET', 'hash', i, i) end", 0));
        foreach (var command in new RedisCommand[]
        {
            new("GET", "large"), new("LRANGE", "list", 0, -1), new("HGETALL", "hash"), new("MGET", "large", "large"),
            new("EVAL", "return {1, redis.call('LRANGE', 'list', 0, -1), {2, redis.call('GET', 'large')}}", 0),
        })
        {
            var beyond = client.ExecuteAsync(command).AsTask();
            var after = client.ExecuteAsync(new RedisCommand("ECHO", "after")).AsTask();
            var e = await Assert.ThrowsAsync<RedisProtocolException>(() => beyond);
            Assert.Contains("beyond the limits", e.Message, StringComparison.Ordinal);
            Assert.Equal("after", (await after).AsString());
        }

        var transaction = client.CreateTransaction().Add(new RedisCommand("GET", "large")).Add(new RedisCommand("SET", "key", "kept"));
        await Assert.ThrowsAsync<RedisProtocolException>(() => transaction.ExecuteAsync().AsTask());
        await Assert.ThrowsAsync<RedisProtocolException>(() => client.GetAsync("large", new byte[200_000]).AsTask());
        Assert.Equal("kept", await client.GetStringAsync("key"));
        Assert.Equal(id, (await client.ExecuteAsync(new RedisCommand("CLIENT", "ID"))).AsInt64());
    }

    [Fact]
    public async Task A_length_that_will_never_come_ends_the_connection_and_says_why()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.NextAsync();
            await connection.SendAsync(connection.Number == 1 ? "$2000000000\r\n" : "+OK\r\n");
            await connection.HoldAsync();
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var e = await Assert.ThrowsAsync<RedisProtocolException>(() => client.ExecuteAsync(new RedisCommand("GET", "key")).AsTask());
        Assert.Contains("a string longer than 134217728 bytes", e.Message, StringComparison.Ordinal);
        Assert.Equal("OK", (await client.ExecuteAsync(new RedisCommand("GET", "key"))).AsString());
    }

    [Fact]
    public async Task A_large_read_on_a_connection_of_its_own_holds_up_nobody()
    {
        var rest = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                if (command.Name == "GET")
                {
                    await rest.Task;
                }

                await connection.SendAsync(string.Create(CultureInfo.InvariantCulture, $"+{connection.Number}\r\n"));
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var large = client.ExecuteAsync(new RedisCommand("GET", "large") { OnOwnConnection = true }).AsTask();
        await Eventually.TrueAsync(() => server.Asked.Any());
        Assert.Equal(1, (await client.ExecuteAsync(new RedisCommand("INCR", "key"))).AsInt64());
        Assert.False(large.IsCompleted);
        rest.SetResult();
        Assert.Equal(2, (await large).AsInt64());
        Assert.Equal(2, (await client.ExecuteAsync(new RedisCommand("INCR", "key") { OnOwnConnection = true })).AsInt64());
    }

    [Fact]
    public async Task A_large_read_on_a_connection_of_its_own_has_the_time_out_of_every_command()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.NextAsync();
            await connection.StareAsync();
        });
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},commandTimeout=200");
        await Assert.ThrowsAsync<RedisTimeoutException>(
            () => client.ExecuteAsync(new RedisCommand("GET", "large") { OnOwnConnection = true }).AsTask().WaitAsync(TimeSpan.FromSeconds(10)));
    }
}
