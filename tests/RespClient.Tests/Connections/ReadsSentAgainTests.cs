using RespClient.Commands;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Connections;

public sealed class ReadsSentAgainTests
{
    [Fact]
    public async Task A_read_whose_connection_was_lost_is_answered_by_the_next_and_a_write_is_not()
    {
        await using var server = Server();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var write = client.IncrementAsync("counter").AsTask();
        var read = client.GetStringAsync("key").AsTask();
        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => write);
        Assert.Equal(CommandOutcome.OutcomeUnknown, error.Outcome);
        Assert.Equal("value", await read);
        Assert.Single(server.Asked, command => command.Name == "INCRBY");
    }

    [Fact]
    public async Task A_read_is_not_sent_again_where_that_is_switched_off()
    {
        await using var server = Server();
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},retryReads=false");
        var error = await Assert.ThrowsAsync<RedisConnectionException>(async () => await client.GetStringAsync("key"));
        Assert.Equal(CommandOutcome.OutcomeUnknown, error.Outcome);
    }

    [Fact]
    public async Task A_read_that_breaks_the_protocol_is_not_sent_again()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is not null)
            {
                await connection.SendAsync("this is no reply\r\n");
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);

        var error = await Assert.ThrowsAsync<RedisProtocolException>(async () => await client.GetStringAsync("key"));

        Assert.Equal(CommandOutcome.OutcomeUnknown, error.Outcome);
        Assert.Single(server.Asked);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_that_was_sent_before_and_is_not_answered_is_outcome_unknown(bool isDisposed)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await (connection.Number > 1 ? connection.StareAsync() : connection.NextAsync());
            connection.Reset();
        });
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},asyncTimeout={(isDisposed ? 60_000 : 300)}");
        var read = client.GetStringAsync("key").AsTask();
        await Eventually.TrueAsync(() => server.Connections > 1);
        if (isDisposed)
        {
            await client.DisposeAsync();
        }

        var error = await Assert.ThrowsAnyAsync<RedisException>(() => read);
        Assert.Equal(CommandOutcome.OutcomeUnknown, error.Outcome);
    }

    // The first connection dies with the first read; the others answer.
    private static ScriptedServer Server() => ScriptedServer.Start(async connection =>
    {
        while (await connection.NextAsync() is { } command)
        {
            if (command.Name == "GET" && connection.Number == 1)
            {
                connection.Reset();
                return;
            }

            if (connection.Number > 1)
            {
                await connection.SendAsync("$5\r\nvalue\r\n");
            }
        }
    });
}
