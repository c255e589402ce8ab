using System.Diagnostics;

using RespClient.Tests.Tracking;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Faults.Replies;

/// <summary>A reply too many or too few, in framing that nothing is wrong with: each place is filled by the next reply.</summary>
public sealed class OutOfStepTests
{
    [Theory]
    [InlineData("*3\r\n+one\r\n+two\r\n", 3)]
    [InlineData("*3\r\n+one\r\n+two\r\n", 2)]
    [InlineData("", 3)]
    [InlineData("+one\r\n+again\r\n", 3)]
    [InlineData("%2\r\n+one\r\n+two\r\n+three\r\n", 3)]
    public async Task Under_load_a_connection_that_is_out_of_step_is_dropped_within_a_second(string fault, int protocol)
    {
        await using var server = Server(fault);
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},protocol=resp{protocol}");
        var shifted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var foreignAfterTheDrop = 0;
        using var stop = new CancellationTokenSource();
        async Task AskAsync(int caller)
        {
            for (var number = 0; !stop.IsCancellationRequested; number++)
            {
                var key = $"{caller}-{number}";
                var isSecond = server.Connections > 1;
                try
                {
                    var reply = await client.ExecuteAsync(new RedisCommand("GET", key));
                    if (isSecond && reply.AsString() != key)
                    {
                        Interlocked.Increment(ref foreignAfterTheDrop);
                    }
                }
                catch (RedisException e)
                {
                    Assert.NotEqual(CommandOutcome.Refused, e.Outcome);
                }
                catch (InvalidCastException)
                {
                    // An array where a string belongs: the shift has begun.
                }
            }
        }

        var callers = Enumerable.Range(0, 8).Select(AskAsync).ToArray();
        await client.ExecuteAsync(new RedisCommand("GET", "before"));
        var watch = Stopwatch.StartNew();
        _ = client.ExecuteAsync(new RedisCommand("SHIFT") { Timeout = TimeSpan.FromSeconds(30) }).AsTask().ContinueWith(
            ended => ended.Exception, TaskScheduler.Default);
        await Eventually.TrueAsync(() => server.Connections > 1);
        var found = watch.Elapsed;
        await Eventually.TrueAsync(() => client.IsConnected);
        for (var number = 0; number < 100; number++)
        {
            Assert.Equal($"after-{number}", (await client.ExecuteAsync(new RedisCommand("GET", $"after-{number}"))).AsString());
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        Assert.Equal(0, foreignAfterTheDrop);

        // Half a second and a tick; the rest is a busy machine.
        Assert.InRange(found, TimeSpan.Zero, TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task After_a_time_out_whose_reply_never_comes_the_next_caller_gets_an_error_and_not_anothers_reply()
    {
        await using var server = Server("");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await Assert.ThrowsAsync<RedisTimeoutException>(
            () => client.ExecuteAsync(new RedisCommand("SHIFT") { Timeout = TimeSpan.FromMilliseconds(100) }).AsTask());
        await Eventually.TrueAsync(() => server.Received.Any(IsProbe));
        for (var number = 0; server.Connections == 1; number++)
        {
            var key = $"key-{number}";
            try
            {
                Assert.Equal(key, (await client.ExecuteAsync(new RedisCommand("GET", key))).AsString());
            }
            catch (RedisProtocolException e)
            {
                Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
                Assert.Contains("out of step", e.Message, StringComparison.Ordinal);
            }

            Assert.InRange(number, 0, 5);
        }

        Assert.Equal("after", (await client.ExecuteAsync(new RedisCommand("GET", "after"))).AsString());
    }

    [Fact]
    public async Task What_was_answered_together_with_the_wrong_reply_is_not_handed_out()
    {
        // The shift, what follows it and the answer to the probe come in one piece: nobody is given what belongs to others.
        await using var server = ScriptedServer.Start(async connection =>
        {
            var held = "";
            var isShifted = connection.Number > 1;
            while (await connection.ReceiveAsync() is { } command)
            {
                var answer = command.IsHousekeeping ? connection.HealthyAnswer(command) : $"+{command[0]}\r\n";
                if (isShifted || (held.Length == 0 && command.Name != "SHIFT"))
                {
                    await connection.SendAsync(answer);
                    continue;
                }

                held += command.Name == "SHIFT" ? "*2\r\n+one\r\n" : answer;
                if (IsProbe(command))
                {
                    await connection.SendAsync(held + "+next\r\n");
                    isShifted = true;
                }
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var shift = client.ExecuteAsync(new RedisCommand("SHIFT")).AsTask();
        var asked = Enumerable.Range(0, 20).Select(number => client.ExecuteAsync(new RedisCommand("GET", number)).AsTask()).ToArray();
        foreach (var one in asked.Prepend(shift))
        {
            var e = await Assert.ThrowsAsync<RedisProtocolException>(() => one.WaitAsync(TimeSpan.FromSeconds(10)));
            Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
        }
    }

    [Fact]
    public async Task An_idle_connection_that_is_out_of_step_is_found_by_its_heartbeat()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                await connection.SendAsync(IsProbe(command) && connection.Number == 1 ? "$5\r\nother\r\n" : connection.HealthyAnswer(command));
            }
        });
        await using var client = await RedisClient.ConnectAsync(new RedisClientOptions
        {
            ConnectionString = server.ConnectionString,
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
        });
        await Eventually.TrueAsync(() => server.Connections == 2);
    }

    [Fact]
    public async Task A_server_that_refuses_ping_is_asked_to_echo_and_one_that_refuses_both_is_told_of_once()
    {
        var log = new RecordingLogger();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                await connection.SendAsync(
                    command.Name is "PING" or "ECHO" ? $"-NOPERM this user has no permissions to run the '{command.Name}' command\r\n"
                    : command.IsHousekeeping ? connection.HealthyAnswer(command)
                    : $"+{command[0]}\r\n");
            }
        });
        await using var client = await RedisClient.ConnectAsync(
            new RedisClientOptions { ConnectionString = server.ConnectionString, HeartbeatInterval = TimeSpan.FromMilliseconds(100) },
            log);
        await Eventually.TrueAsync(() => log.Lines.Any(line => line.Contains("may neither PING nor ECHO", StringComparison.Ordinal)));
        Assert.Equal("still", (await client.ExecuteAsync(new RedisCommand("GET", "still"))).AsString());
        Assert.Contains(server.Received, command => command.Name == "ECHO");
        Assert.Single(log.Lines, line => line.Contains("may neither PING nor ECHO", StringComparison.Ordinal));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_dedicated_connection_that_is_out_of_step_is_not_used_a_second_time()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                // One reply too many, which comes with the next command.
                await connection.SendAsync(command.Name == "BLPOP" ? $"*2\r\n+{command[0]}\r\n+{connection.Number}\r\n" : "+OK\r\n");
                if (command[0] == "first")
                {
                    await connection.ReceiveAsync();
                    await connection.SendAsync("*2\r\n+first\r\n+stray\r\n");
                }
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        Assert.Equal("first", (await client.ExecuteAsync(new RedisCommand("BLPOP", "first", 1))).Items[0].AsString());
        var e = await Assert.ThrowsAnyAsync<RedisException>(() => client.ExecuteAsync(new RedisCommand("BLPOP", "second", 1)).AsTask());
        Assert.NotEqual(CommandOutcome.Refused, e.Outcome);
        Assert.Equal("third", (await client.ExecuteAsync(new RedisCommand("BLPOP", "third", 1))).Items[0].AsString());
    }

    private static bool IsProbe(ReceivedCommand command) => command is { Name: "PING" or "ECHO", Arguments.Count: 1 };

    // Answers SHIFT of the first connection with a fault, and everything else with its key.
    private static ScriptedServer Server(string fault) => ScriptedServer.Start(async connection =>
    {
        while (await connection.NextAsync() is { } command)
        {
            await connection.SendAsync(command.Name == "SHIFT" && connection.Number == 1 ? fault : $"+{command[0]}\r\n");
        }
    });
}
