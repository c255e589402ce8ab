using System.Globalization;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Faults.Callers;

/// <summary>Whatever waits has ended when the client is disposed of.</summary>
public sealed class DisposalTests
{
    [Theory]
    [InlineData("GET", true)]
    [InlineData("GET", false)]
    [InlineData("INCR", true)]
    [InlineData("PING", true)]
    public async Task Every_command_in_flight_has_ended_when_disposal_returns(string name, bool retriesReads)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.NextAsync();
            await connection.StareAsync();
        });
        var client = await RedisClient.ConnectAsync(new RedisClientOptions
        {
            ConnectionString = server.ConnectionString,
            RetriesReads = retriesReads,
            CommandTimeout = Timeout.InfiniteTimeSpan,
        });
        var first = client.ExecuteAsync(new RedisCommand("GET", "first")).AsTask();
        await Eventually.TrueAsync(() => server.Asked.Any());
        var commands = Enumerable.Range(0, 1000).Select(_ => client.ExecuteAsync(new RedisCommand(name, "key")).AsTask()).Prepend(first).ToArray();
        await client.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.All(commands, command => Assert.True(command.IsCompleted));
        foreach (var command in commands)
        {
            await Assert.ThrowsAnyAsync<RedisException>(() => command);
        }
    }

    [Fact]
    public async Task A_blocking_command_without_a_time_out_ends_and_takes_no_element_later()
    {
        await using var server = await RedisServer.StartAsync();
        await using var other = await RedisClient.ConnectAsync(server.ConnectionString);
        var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var blocked = Enumerable.Range(0, 5).Select(_ => client.ExecuteAsync(new RedisCommand("BLPOP", "list", 0)).AsTask()).ToArray();
        await Eventually.TrueAsync(async () => (await server.CliAsync("INFO", "clients")).Contains("blocked_clients:5", StringComparison.Ordinal));
        await client.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        foreach (var command in blocked)
        {
            Assert.True(command.IsCompleted);
            var e = await Assert.ThrowsAsync<RedisConnectionException>(() => command);
            Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
        }

        await Eventually.TrueAsync(async () => (await server.CliAsync("INFO", "clients")).Contains("blocked_clients:0", StringComparison.Ordinal));
        await other.ExecuteAsync(new RedisCommand("RPUSH", "list", "element"));
        Assert.Equal(1, (await other.ExecuteAsync(new RedisCommand("LLEN", "list"))).AsInt64());
    }

    [Fact]
    public async Task A_watch_and_a_blocking_command_that_is_just_connecting_end_as_well()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            if (connection.Number == 1)
            {
                await connection.HoldAsync();
            }

            await connection.StareAsync();
        });
        var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var watch = client.WatchAsync(["key"]);
        var blocked = client.ExecuteAsync(new RedisCommand("BLPOP", "list", 0)).AsTask();
        await Eventually.TrueAsync(() => server.Connections == 3);
        await client.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(blocked.IsCompleted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => blocked);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => watch.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task Disposal_under_load_leaves_nobody_waiting_in_any_of_fifty_rounds()
    {
        await using var server = await RedisServer.StartAsync();
        for (var round = 0; round < 50; round++)
        {
            var client = await RedisClient.ConnectAsync(server.ConnectionString);
            var answered = 0;
            var callers = Enumerable.Range(0, 50).Select(number => Task.Run(async () =>
            {
                var text = number.ToString(CultureInfo.InvariantCulture);
                while (true)
                {
                    Assert.Equal(text, (await client.ExecuteAsync(new RedisCommand("ECHO", text))).AsString());
                    Interlocked.Increment(ref answered);
                }
            })).ToArray();
            await Eventually.TrueAsync(() => Volatile.Read(ref answered) > 200 + (round * 7));
            await client.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
            foreach (var caller in callers)
            {
                var e = await Assert.ThrowsAnyAsync<Exception>(() => caller.WaitAsync(TimeSpan.FromSeconds(5)));
                Assert.True(e is RedisException or ObjectDisposedException, e.ToString());
            }
        }
    }
}
