using RespClient.Commands;
using RespClient.Protocol;
using RespClient.Tests.Protocol;
using RespClient.Transactions;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Transactions;

/// <summary>Where MULTI is refused, nothing of a transaction runs; where it is refused too late, that is said.</summary>
public sealed class TransactionTrialTests
{
    private const string NoMulti = "-NOPERM this user has no permissions to run the 'multi' command\r\n";

    [Theory]
    [InlineData("-multi", RedisErrorKind.NoPermission)]
    [InlineData("-exec", RedisErrorKind.ExecAbort)]
    public async Task Without_the_right_nothing_of_a_transaction_runs_and_with_it_the_next_one_does(string missing, RedisErrorKind kind)
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync("ACL", "SETUSER", "clerk", "on", ">pw", "+@all", missing, "~*");
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},user=clerk,password=pw");
        for (var round = 0; round < 3; round++)
        {
            var refusal = await Assert.ThrowsAsync<RedisServerException>(() => Increments(client.CreateTransaction()));
            Assert.Equal((kind, CommandOutcome.Refused), (refusal.Kind, refusal.Outcome));
            Assert.Equal("after", (await client.ExecuteAsync(new RedisCommand("ECHO", "after"))).AsString());
            refusal = await Assert.ThrowsAsync<RedisServerException>(() => client.WatchAsync(["a"]));
            Assert.Equal((kind, CommandOutcome.Refused), (refusal.Kind, refusal.Outcome));
        }

        Assert.Equal("0", await server.CliAsync("EXISTS", "a", "b"));
        await server.CliAsync("ACL", "SETUSER", "clerk", "+multi", "+exec");
        Assert.True((await Increments(client.CreateTransaction())).Committed);
        await using var watch = await client.WatchAsync(["a"]);
        Assert.True((await Increments(watch.CreateTransaction())).Committed);
        Assert.Equal("2", await server.CliAsync("GET", "a"));
    }

    [Fact]
    public async Task Without_the_right_to_discard_transactions_run_as_before()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync("ACL", "SETUSER", "clerk", "on", ">pw", "+@all", "-discard", "~*");
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},user=clerk,password=pw");
        Assert.True((await Increments(client.CreateTransaction())).Committed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_right_lost_between_two_transactions_is_told_with_the_commands_that_ran_one_by_one(bool isWatch)
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync("ACL", "SETUSER", "clerk", "on", ">pw", "+@all", "-lpush", "~*");
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},user=clerk,password=pw");
        Assert.True((await Increments(client.CreateTransaction())).Committed);
        await using var watch = await client.WatchAsync(["a"]);
        await server.CliAsync("ACL", "SETUSER", "clerk", "-multi");
        var transaction = (isWatch ? watch.CreateTransaction() : client.CreateTransaction()).Add(new RedisCommand("LPUSH", "list", "secret"));
        var told = await Assert.ThrowsAsync<RedisServerException>(() => Increments(transaction));
        Assert.Equal((RedisErrorKind.NoPermission, CommandOutcome.OutcomeUnknown), (told.Kind, told.Outcome));
        Assert.Contains("Of 3 commands these have run or may have, each on its own: INCR, INCR.", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", told.Message, StringComparison.Ordinal);
        Assert.Equal("2", await server.CliAsync("GET", "a"));
        Assert.Equal("after", (await client.ExecuteAsync(new RedisCommand("ECHO", "after"))).AsString());

        // The next one is tried first.
        var refusal = await Assert.ThrowsAsync<RedisServerException>(() => Increments(isWatch ? watch.CreateTransaction() : client.CreateTransaction()));
        Assert.Equal(CommandOutcome.Refused, refusal.Outcome);
        Assert.Equal("2", await server.CliAsync("GET", "a"));
    }

    [Theory]
    [InlineData(NoMulti, ":1\r\n", ":1\r\n", "-ERR EXEC without MULTI\r\n", "OutcomeUnknown: INCR, INCR.")]
    [InlineData(NoMulti, "-NOPERM no\r\n", ":1\r\n", "-ERR EXEC without MULTI\r\n", "OutcomeUnknown: INCR.")]
    [InlineData(NoMulti, "-NOPERM no\r\n", "-NOPERM no\r\n", "-ERR EXEC without MULTI\r\n", "Refused")]
    [InlineData("-ERR unknown command 'MULTI'\r\n", ":1\r\n", "-ERR no\r\n", "-ERR unknown command 'EXEC'\r\n", "OutcomeUnknown: INCR.")]
    [InlineData("+OK\r\n", ":1\r\n", "+QUEUED\r\n", "*1\r\n:1\r\n", "OutcomeUnknown: INCR.")]
    [InlineData("+OK\r\n", "+QUEUED\r\n", "-ERR no\r\n", "-EXECABORT\r\n", "Refused")]
    [InlineData("+OK\r\n", "+QUEUED\r\n", "+QUEUED\r\n", "+OK\r\n", "no array")]
    [InlineData("+OK\r\n", "+QUEUED\r\n", "+QUEUED\r\n", "*2\r\n:1\r\n:1\r\n", "ran")]
    public async Task Whatever_is_answered_to_a_transaction_is_told_as_what_ran_and_the_next_caller_gets_its_own_reply(
        string multi, string first, string second, string exec, string expected)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            var commands = 0;
            while (await connection.NextAsync() is { } command)
            {
                await connection.SendAsync(command.Name switch
                {
                    "MULTI" => multi,
                    "INCR" => ++commands == 1 ? first : second,
                    "EXEC" => exec,
                    _ => $"+{command[0]}\r\n",
                });
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var outcome = EndAsync(Increments(client.CreateTransaction()));
        Assert.Equal(expected, await outcome);
        Assert.Equal("mine", (await client.ExecuteAsync(new RedisCommand("ECHO", "mine"))).AsString());
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData(NoMulti, "$100\r\n", "OutcomeUnknown: INCR, INCR.")]
    [InlineData("+OK\r\n", "$100\r\n", "OutcomeUnknown: INCR.")]
    [InlineData("+OK\r\n", "+QUEUED\r\n", "too large")]
    public async Task A_reply_beyond_a_limit_is_also_the_reply_of_a_command_that_ran(string multi, string first, string expected)
    {
        var large = new string('x', 100) + "\r\n";
        await using var server = ScriptedServer.Start(async connection =>
        {
            var commands = 0;
            while (await connection.NextAsync() is { } command)
            {
                await connection.SendAsync(command.Name switch
                {
                    "MULTI" => multi,
                    "INCR" when ++commands == 1 => first.StartsWith('$') ? first + large : first,
                    "INCR" => multi == NoMulti ? ":1\r\n" : "+QUEUED\r\n",
                    "EXEC" => $"*2\r\n:1\r\n$100\r\n{large}",
                    _ => $"+{command[0]}\r\n",
                });
            }
        });
        await using var client = await RedisClient.ConnectAsync(new RedisClientOptions
        {
            ConnectionString = server.ConnectionString, ReplyLimits = RespLimits.Default with { MaxBulkBytes = 64 },
        });
        Assert.Equal(expected, await EndAsync(Increments(client.CreateTransaction())));
        Assert.Equal("mine", (await client.ExecuteAsync(new RedisCommand("ECHO", "mine"))).AsString());
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_server_that_has_never_taken_a_transaction_is_never_sent_a_command_of_one()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                await connection.SendAsync(command.Name switch
                {
                    "MULTI" => "-ERR MULTI is not supported by this proxy\r\n",
                    "EXEC" => "-ERR EXEC is not supported by this proxy\r\n",
                    "INCR" => ":1\r\n",
                    _ => connection.HealthyAnswer(command),
                });
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => EndAsync(Increments(client.CreateTransaction()))));
        Assert.All(outcomes, outcome => Assert.Equal("Refused", outcome));
        await Assert.ThrowsAsync<RedisServerException>(() => client.WatchAsync(["a"]));
        Assert.DoesNotContain(server.Received, command => command.Name == "INCR");
    }

    [Fact]
    public async Task Transactions_are_tried_once_a_connection_and_only_where_they_are_used()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var monitor = await server.MonitorAsync();
        await client.IncrementAsync("a");
        Assert.DoesNotContain(await monitor.CommandsAsync(), command => command.Contains("MULTI", StringComparison.Ordinal));

        // The first of a connection costs one more.
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Increments(client.CreateTransaction())));
        await Increments(client.CreateTransaction());
        Assert.Equal(52, await MultisAsync());
        var first = await IdAsync();
        client.DropConnection("the test wants another");
        await Eventually.TrueAsync(async () => await IdAsync() is { } id && id != first);
        await Increments(client.CreateTransaction());
        await Increments(client.CreateTransaction());
        Assert.Equal(3, await MultisAsync());

        async Task<long?> IdAsync()
        {
            try
            {
                return (await client.ExecuteAsync(new RedisCommand("CLIENT", "ID"))).AsInt64();
            }
            catch (RedisException)
            {
                return null;
            }
        }

        // Since it was asked last.
        async Task<int> MultisAsync() => (await monitor.CommandsAsync()).Count(command => command.Contains("MULTI", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_trial_lost_with_its_connection_is_repeated_on_the_next_and_the_transaction_runs_once()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await (connection.Number > 3 ? connection.NextAsync() : connection.ReceiveAsync()) is { } command)
            {
                if (command.Name == "MULTI" && connection.Number <= 3)
                {
                    return;
                }

                await connection.SendAsync(command.Name switch
                {
                    "MULTI" => "+OK\r\n",
                    "INCR" => "+QUEUED\r\n",
                    "EXEC" => "*2\r\n:1\r\n:1\r\n",
                    _ => connection.HealthyAnswer(command),
                });
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        Assert.Equal("ran", await EndAsync(Increments(client.CreateTransaction())));
        Assert.Equal(2, server.Received.Count(command => command.Name == "INCR"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_transaction_whose_trial_is_not_answered_in_time_is_not_sent_and_never_will_be(bool isConnected)
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},asyncTimeout=300");
        if (isConnected)
        {
            server.Suspend();
        }
        else
        {
            await server.StopAsync();
        }

        var failures = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Assert.ThrowsAnyAsync<RedisException>(() => Increments(client.CreateTransaction()))));
        Assert.All(failures, failure => Assert.Equal(CommandOutcome.NotSent, failure.Outcome));
        if (isConnected)
        {
            server.Resume();
        }
        else
        {
            await server.StartAgainAsync();
        }

        // What was sent of them all is answered before this is.
        await Eventually.TrueAsync(async () => await AnswersAsync(client));
        await using var other = await RedisClient.ConnectAsync(server.ConnectionString);
        Assert.Equal("ran", await EndAsync(Increments(other.CreateTransaction())));
    }

    [Fact]
    public async Task A_cancelled_trial_ends_the_wait_of_its_caller_and_of_nobody_else()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        server.Suspend();
        using var cancellation = new CancellationTokenSource();
        var cancelled = client.CreateTransaction().Add(new RedisCommand("INCR", "cancelled")).ExecuteAsync(cancellation.Token).AsTask();
        var patient = Increments(client.CreateTransaction());
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(patient.IsCompleted);
        server.Resume();
        Assert.True((await patient).Committed);
        Assert.Equal("0", await server.CliAsync("EXISTS", "cancelled"));
    }

    [Fact]
    public async Task A_cancelled_watch_ends_at_once_though_its_trial_is_not_answered()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},asyncTimeout=60000");

        // A connection that is there already, and has taken no transaction.
        await client.ExecuteAsync(new RedisCommand("BLPOP", "missing", 0.01));
        server.Suspend();
        using var cancellation = new CancellationTokenSource();
        var watching = client.WatchAsync(["a"], cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(TimeSpan.FromSeconds(20)));
        server.Resume();
    }

    private static Task<TransactionResult> Increments(RedisTransaction transaction) =>
        transaction.Add(new RedisCommand("INCR", "a")).Add(new RedisCommand("INCR", "b")).ExecuteAsync().AsTask();

    private static async ValueTask<bool> AnswersAsync(RedisClient client)
    {
        try
        {
            await client.PingAsync();
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }

    private static async Task<string> EndAsync(Task<TransactionResult> transaction)
    {
        try
        {
            Assert.Equal("1 1", string.Join(' ', (await transaction).Replies.Select(WireText.Show)));
            return "ran";
        }
        catch (RedisReplyTypeException)
        {
            return "no array";
        }
        catch (RedisProtocolException)
        {
            return "too large";
        }
        catch (RedisServerException e)
        {
            return e.Outcome == CommandOutcome.Refused ? "Refused" : $"{e.Outcome}:{e.Message.Split(':')[^1]}";
        }
        catch (RedisException e)
        {
            return e.Message;
        }
    }
}
