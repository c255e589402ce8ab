using RespClient.Commands;
using RespClient.Tests.Protocol;
using RespClient.Transactions;

using TestServers;
using TestServers.Proxy;
using TestServers.Scripted;

namespace RespClient.Tests.Faults.Server;

/// <summary>Transactions and scripts when something goes wrong in the middle of them.</summary>
public sealed class TransactionFaultTests
{
    private const string CountsScript =
        "return (redis.call('GET', KEYS[1]) or '0') .. ' and ' .. (redis.call('GET', KEYS[2]) or '0')";

    [Theory]
    [InlineData("*3\r\n:1\r\n-ERR no integer\r\n$1\r\na\r\n", true, "1 -ERR no integer \"a\"")]
    [InlineData("*3\r\n:1\r\n!14\r\nERR no\r\nnumber\r\n_\r\n", true, "1 !ERR no\r\nnumber null")]
    [InlineData("*-1\r\n", false, "")]
    [InlineData("_\r\n", false, "")]
    public async Task End_of_a_transaction_is_read_in_every_cut(string exec, bool committed, string replies)
    {
        var answer = "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n" + exec;
        Delivery[] deliveries = [.. Delivery.Every(answer.Length)];
        var turn = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                if (command.Name == "EXEC")
                {
                    await connection.SendAsync(answer, deliveries[turn++]);
                }
                else if (command.Name == "ECHO")
                {
                    await connection.SendAsync($"+{command[0]}\r\n");
                }
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        for (var number = 0; number < deliveries.Length; number++)
        {
            var result = await Transaction(client).ExecuteAsync();
            Assert.Equal(committed, result.Committed);
            Assert.Equal(replies, string.Join(' ', result.Replies.Select(WireText.Show)));
            Assert.Equal($"{number}", (await client.ExecuteAsync(new RedisCommand("ECHO", $"{number}"))).AsString());
        }
    }

    [Fact]
    public async Task Refused_command_aborts_the_transaction_and_the_next_caller_gets_his_own_reply()
    {
        const string Answer = "+OK\r\n+QUEUED\r\n-ERR unknown command 'GETT'\r\n+QUEUED\r\n-EXECABORT Transaction discarded because of previous errors.\r\n";
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                if (command.Name is "EXEC" or "ECHO")
                {
                    await connection.SendAsync(command.Name == "EXEC" ? Answer : "+mine\r\n", Delivery.ByteByByte);
                }
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var transaction = Transaction(client).ExecuteAsync().AsTask();
        var next = client.ExecuteAsync(new RedisCommand("ECHO", "mine")).AsTask();
        var aborted = await Assert.ThrowsAsync<RedisServerException>(() => transaction);
        Assert.Equal(RedisErrorKind.ExecAbort, aborted.Kind);
        Assert.Equal("mine", (await next).AsString());
    }

    [Fact]
    public async Task Connection_cut_anywhere_in_a_transaction_leaves_all_of_it_or_nothing_and_never_runs_it_twice()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = FaultProxy.Start(server.Port);
        await using var client = await RedisClient.ConnectAsync(proxy.ConnectionString);
        for (var cut = 1; cut < 160; cut += 3)
        {
            await Eventually.TrueAsync(() => AnswersAsync(client));
            proxy.CutAfter(cut, Direction.ToServer);
            var key = $"cut:{cut}";
            var isAnswered = false;
            try
            {
                await client.CreateTransaction()
                    .Add(new RedisCommand("INCR", key))
                    .Add(new RedisCommand("INCR", key + ":twin"))
                    .Add(new RedisCommand("LPUSH", key + ":list", "x"))
                    .ExecuteAsync();
                isAnswered = true;
            }
            catch (RedisConnectionException e)
            {
                Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
            }

            proxy.Heal();
            var ran = await server.CliAsync("EVAL", CountsScript, "2", key, key + ":twin");
            Assert.True(ran == "1 and 1" || (!isAnswered && ran == "0 and 0"), $"cut at {cut}: {ran}");
        }
    }

    [Fact]
    public async Task Script_that_the_server_forgot_is_run_once_for_each_caller_also_inside_a_pipeline()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var script = new LuaScript("return redis.call('INCR', KEYS[1])");
        for (var round = 0; round < 5; round++)
        {
            await server.CliAsync("SCRIPT", "FLUSH");
            var key = $"count:{round}";
            var before = client.ExecuteAsync(new RedisCommand("ECHO", "before")).AsTask();
            var runs = Enumerable.Range(0, 20).Select(_ => script.ExecuteAsync(client, [key], []).AsTask()).ToArray();
            var after = client.ExecuteAsync(new RedisCommand("ECHO", "after")).AsTask();
            var counts = await Task.WhenAll(runs);
            Assert.Equal(Enumerable.Range(1, 20).Select(count => (long)count), counts.Select(count => count.AsInt64()).Order());
            Assert.Equal("before", (await before).AsString());
            Assert.Equal("after", (await after).AsString());
            Assert.Equal("20", await server.CliAsync("GET", key));
        }
    }

    private static RedisTransaction Transaction(RedisClient client) => client.CreateTransaction()
        .Add(new RedisCommand("INCR", "n"))
        .Add(new RedisCommand("INCR", "text"))
        .Add(new RedisCommand("GET", "k"));

    private static async ValueTask<bool> AnswersAsync(RedisClient client)
    {
        try
        {
            // From then on the connection is known to take transactions, and the next bytes are those of one.
            await client.CreateTransaction().Add(new RedisCommand("ECHO", "probe")).ExecuteAsync();
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
