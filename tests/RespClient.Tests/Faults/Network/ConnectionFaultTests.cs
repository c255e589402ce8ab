using System.Diagnostics;

using TestServers;
using TestServers.Proxy;
using TestServers.Scripted;

namespace RespClient.Tests.Faults.Network;

/// <summary>Connections that die, freeze or never come up: what callers are told, and that the client comes back.</summary>
public sealed class ConnectionFaultTests
{
    [Fact]
    public async Task Server_that_accepts_and_never_answers_fails_the_connect_within_its_timeout()
    {
        await using var server = ScriptedServer.Start(connection => connection.StareAsync());
        var options = Options(server.ConnectionString);
        options.ConnectTimeout = TimeSpan.FromMilliseconds(150);
        var watch = Stopwatch.StartNew();
        var failed = await Assert.ThrowsAsync<RedisConnectionException>(() => RedisClient.ConnectAsync(options));
        Assert.Equal(CommandOutcome.NotSent, failed.Outcome);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(60)]
    public async Task Connection_closed_during_the_handshake_is_tried_again(int bytesOfHandshake)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            if (connection.Number <= 2)
            {
                var hello = await connection.ReceiveAsync();
                await connection.SendAsync(connection.HealthyAnswer(hello!)[..bytesOfHandshake]);
                return;
            }

            while (await connection.NextAsync() is not null)
            {
                await connection.SendAsync("+there\r\n");
            }
        });
        var options = Options(server.ConnectionString);
        options.AbortOnConnectFail = false;
        await using var client = await RedisClient.ConnectAsync(options);
        Assert.Equal("there", (await client.ExecuteAsync(new RedisCommand("GET", "k"))).AsString());
        Assert.Equal(3, server.Connections);
        Assert.Single(server.Asked);
    }

    [Fact]
    public async Task State_is_replayed_after_a_reconnect_before_any_command_of_a_caller()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                await connection.SendAsync("+OK\r\n");
                if (command[0] == "last")
                {
                    return;
                }
            }
        });
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},defaultDatabase=3,name=reporter,password=p");
        await client.ExecuteAsync(new RedisCommand("GET", "last"));
        await Eventually.TrueAsync(() => server.Connections == 2);
        await client.ExecuteAsync(new RedisCommand("GET", "again"));

        var second = server.Received.SkipWhile(command => command.Text != "GET last").Skip(1).Select(command => command.Text).ToList();
        var caller = second.IndexOf("GET again");
        Assert.Contains("HELLO 3 AUTH default p", second[..caller]);
        Assert.Contains("CLIENT SETNAME reporter", second[..caller]);
        Assert.Contains("SELECT 3", second[..caller]);
    }

    [Fact]
    public async Task Half_open_connection_is_found_out_and_replaced_while_commands_time_out_in_time()
    {
        await using var server = ScriptedServer.Answering(_ => "+OK\r\n");
        await using var proxy = FaultProxy.Start(server.Port);
        var options = Options(proxy.ConnectionString);
        options.CommandTimeout = TimeSpan.FromMilliseconds(300);
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(300);
        await using var client = await RedisClient.ConnectAsync(options);
        proxy.HalfOpen();
        var watch = Stopwatch.StartNew();
        var e = await Assert.ThrowsAnyAsync<RedisException>(() => client.ExecuteAsync(new RedisCommand("GET", "k")).AsTask());
        Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(1500));

        // The old connection stays dead; a new one goes through.
        await Eventually.TrueAsync(() => proxy.Connections >= 2);
        proxy.Heal();
        await Eventually.TrueAsync(() => AnswersAsync(client));
    }

    [Theory]
    [InlineData(Direction.ToServer)]
    [InlineData(Direction.ToClient)]
    public async Task One_direction_dropped_ends_in_timeouts_and_then_in_a_new_connection(Direction direction)
    {
        await using var server = ScriptedServer.Answering(_ => "+OK\r\n");
        await using var proxy = FaultProxy.Start(server.Port);
        var options = Options(proxy.ConnectionString);
        options.CommandTimeout = TimeSpan.FromMilliseconds(200);
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(200);
        await using var client = await RedisClient.ConnectAsync(options);
        proxy.Drop(direction);
        var e = await Assert.ThrowsAnyAsync<RedisException>(() => client.ExecuteAsync(new RedisCommand("GET", "k")).AsTask());
        Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
        proxy.Heal();
        await Eventually.TrueAsync(() => AnswersAsync(client));
    }

    [Fact]
    public async Task Slow_and_trickling_network_changes_nothing_but_the_time_it_takes()
    {
        await using var server = ScriptedServer.Answering(command => $"${command[0].Length}\r\n{command[0]}\r\n");
        await using var proxy = FaultProxy.Start(server.Port);
        await using var client = await RedisClient.ConnectAsync(Options(proxy.ConnectionString));
        proxy.Trickle(3, TimeSpan.FromMilliseconds(1));
        await AllAnswerAsync(client, 20);
        proxy.Delay(TimeSpan.FromMilliseconds(40));
        var watch = Stopwatch.StartNew();
        await AllAnswerAsync(client, 200);

        // Pipelined: two delays for all of them, not for each.
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(60), TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Reply_cut_at_every_byte_ends_as_outcome_unknown_and_never_as_somebody_elses_reply()
    {
        const string Reply = "$12\r\nhello, world\r\n";
        await using var server = ScriptedServer.Answering(_ => Reply);
        await using var proxy = FaultProxy.Start(server.Port);
        var options = Options(proxy.ConnectionString);
        options.RetriesReads = false;
        await using var client = await RedisClient.ConnectAsync(options);
        for (var bytes = 1; bytes < Reply.Length; bytes++)
        {
            await Eventually.TrueAsync(() => AnswersAsync(client));
            proxy.CutAfter(bytes, Direction.ToClient);
            var e = await Assert.ThrowsAsync<RedisConnectionException>(() => client.ExecuteAsync(new RedisCommand("GET", "k")).AsTask());
            Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
            proxy.Heal();
        }
    }

    [Fact]
    public async Task Read_whose_reply_was_lost_is_sent_again_and_a_write_never()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is not null)
            {
                if (connection.Number == 1 && await connection.NextAsync() is not null)
                {
                    await connection.SendAsync("$5\r\nhe");
                    return;
                }

                await connection.SendAsync("$5\r\nhello\r\n");
            }
        });
        var options = Options(server.ConnectionString);
        options.RetriesReads = true;
        await using var client = await RedisClient.ConnectAsync(options);
        var read = client.ExecuteAsync(new RedisCommand("GET", "k")).AsTask();
        var write = client.ExecuteAsync(new RedisCommand("APPEND", "k", "x")).AsTask();
        Assert.Equal("hello", (await read).AsString());
        var lost = await Assert.ThrowsAsync<RedisConnectionException>(() => write);
        Assert.Equal(CommandOutcome.OutcomeUnknown, lost.Outcome);
        Assert.Equal(["GET k", "APPEND k x", "GET k"], server.Asked.Select(command => command.Text));
    }

    [Fact]
    public async Task Server_that_does_not_read_leaves_the_client_bounded_in_memory_and_every_caller_with_an_answer()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.NextAsync();
            await connection.StareAsync();
        });
        var options = Options(server.ConnectionString);
        options.CommandTimeout = TimeSpan.FromMilliseconds(500);
        options.MaxBacklogBytes = 1 << 20;
        await using var client = await RedisClient.ConnectAsync(options);
        var value = new byte[64 * 1024];
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 1000).Select(async _ =>
        {
            try
            {
                await client.ExecuteAsync(new RedisCommand("SET", "k", value));
                return "answered";
            }
            catch (RedisException e)
            {
                return e.Outcome.ToString();
            }
        }));
        Assert.DoesNotContain("answered", outcomes);
        Assert.Contains(nameof(CommandOutcome.OutcomeUnknown), outcomes);
        Assert.Contains(nameof(CommandOutcome.NotSent), outcomes);
    }

    [Fact]
    public async Task Ten_thousand_commands_while_the_server_is_down_run_once_and_in_order_when_it_is_back()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(Options(server.ConnectionString));
        await server.StopAsync();
        await Eventually.TrueAsync(() => !client.IsConnected);
        var pushes = Enumerable.Range(1, 10_000).Select(number => client.ExecuteAsync(new RedisCommand("RPUSH", "list", number)).AsTask()).ToArray();
        await server.StartAgainAsync();
        var lengths = await Task.WhenAll(pushes);
        Assert.Equal(Enumerable.Range(1, 10_000).Select(number => (long)number), lengths.Select(length => length.AsInt64()));
        var list = await client.ExecuteAsync(new RedisCommand("LRANGE", "list", 0, -1));
        Assert.Equal(Enumerable.Range(1, 10_000).Select(number => (long)number), list.Items.ToArray().Select(item => item.AsInt64()));
    }

    [Fact]
    public async Task Backlog_is_bounded_by_count_and_by_time_while_the_server_is_down()
    {
        await using var server = await RedisServer.StartAsync();
        var options = Options(server.ConnectionString);
        options.MaxBacklogCommands = 100;
        options.CommandTimeout = TimeSpan.FromMilliseconds(300);
        await using var client = await RedisClient.ConnectAsync(options);
        await server.StopAsync();
        await Eventually.TrueAsync(() => !client.IsConnected);
        var watch = Stopwatch.StartNew();
        var commands = Enumerable.Range(0, 150).Select(_ => client.ExecuteAsync(new RedisCommand("INCR", "n")).AsTask()).ToArray();
        Assert.Equal(50, commands.Count(command => command.IsFaulted));
        foreach (var command in commands)
        {
            var e = await Assert.ThrowsAnyAsync<RedisException>(() => command);
            Assert.Equal(CommandOutcome.NotSent, e.Outcome);
        }

        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2));
        await server.StartAgainAsync();
        await Eventually.TrueAsync(() => AnswersAsync(client));
        Assert.Equal("", await server.CliAsync("GET", "n"));
    }

    private static RedisClientOptions Options(string connectionString) => new() { ConnectionString = connectionString };

    private static async ValueTask<bool> AnswersAsync(RedisClient client)
    {
        try
        {
            await client.ExecuteAsync(new RedisCommand("GET", "probe"));
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }

    private static async Task AllAnswerAsync(RedisClient client, int count)
    {
        var asked = Enumerable.Range(0, count).Select(number => $"value-{number}").ToArray();
        var replies = await Task.WhenAll(asked.Select(text => client.ExecuteAsync(new RedisCommand("GET", text)).AsTask()));
        Assert.Equal(asked, replies.Select(reply => reply.AsString()));
    }
}
