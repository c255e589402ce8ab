using System.Diagnostics;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Faults.Callers;

/// <summary>Callers that cancel, throw, block, or dispose the client under their own feet.</summary>
public sealed class CallerFaultTests
{
    [Fact]
    public async Task Command_cancelled_before_it_was_sent_never_reaches_the_server()
    {
        await using var server = ScriptedServer.Answering(_ => "+OK\r\n");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => client.ExecuteAsync(new RedisCommand("GET", "never"), cancelled.Token).AsTask());
        await client.ExecuteAsync(new RedisCommand("GET", "after"));
        Assert.Equal(["GET after"], server.Asked.Select(command => command.Text));
    }

    [Fact]
    public async Task Command_cancelled_while_the_server_is_down_is_not_sent_when_it_is_back()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await server.StopAsync();
        await Eventually.TrueAsync(() => !client.IsConnected);
        using var cancel = new CancellationTokenSource();
        var waiting = client.ExecuteAsync(new RedisCommand("INCR", "cancelled"), cancel.Token).AsTask();
        var staying = client.ExecuteAsync(new RedisCommand("INCR", "stayed")).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await server.StartAgainAsync();
        Assert.Equal(1, (await staying).AsInt64());
        Assert.Equal("0", await server.CliAsync("EXISTS", "cancelled"));
    }

    [Fact]
    public async Task Command_cancelled_after_it_was_sent_keeps_its_place_so_that_others_get_their_own_replies()
    {
        var answer = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                if (command[0] == "slow")
                {
                    await answer.Task;
                }

                await connection.SendAsync($"+{command[0]}\r\n");
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        using var cancel = new CancellationTokenSource();
        var slow = client.ExecuteAsync(new RedisCommand("GET", "slow"), cancel.Token).AsTask();
        await Eventually.TrueAsync(() => server.Asked.Any());
        var next = client.ExecuteAsync(new RedisCommand("GET", "next")).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
        answer.SetResult();
        Assert.Equal("next", (await next).AsString());
    }

    [Fact]
    public async Task Command_that_timed_out_keeps_its_place_so_that_others_get_their_own_replies()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var sleep = client.ExecuteAsync(new RedisCommand("DEBUG", "SLEEP", "0.4") { Timeout = TimeSpan.FromMilliseconds(100) }).AsTask();
        var echoes = Enumerable.Range(0, 50).Select(number => client.ExecuteAsync(new RedisCommand("ECHO", number)).AsTask()).ToArray();
        var watch = Stopwatch.StartNew();
        var e = await Assert.ThrowsAsync<RedisTimeoutException>(() => sleep);
        Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);

        // The grain of deadlines is 25 ms; the rest is a busy machine.
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(350));
        var replies = await Task.WhenAll(echoes);
        Assert.Equal(Enumerable.Range(0, 50).Select(number => (long)number), replies.Select(reply => reply.AsInt64()));
    }

    [Theory]
    [InlineData("a time-out of its own", 70)]
    [InlineData("the client's", 90)]
    [InlineData("blocks", 190)]
    public async Task Commands_wait_as_long_as_they_or_their_client_say_or_as_they_block_and_then(string whose, int milliseconds)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is not null)
            {
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString + ",asyncTimeout=90");
        var command = whose == "blocks" ? new RedisCommand("BLPOP", "k", 0.1) : new RedisCommand("GET", "k");

        var late = await Assert.ThrowsAsync<RedisTimeoutException>(() => client.ExecuteAsync(
            whose == "a time-out of its own" ? command with { Timeout = TimeSpan.FromMilliseconds(70) } : command).AsTask());

        Assert.Contains($"within {milliseconds} ms", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_may_wait_longer_or_for_ever_keeps_a_silent_connection_alive_and_is_answered()
    {
        var answer = new TaskCompletionSource();
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                await (command[0] == "patient" ? answer.Task : Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken));
                await connection.SendAsync("+late\r\n");
            }
        });
        Task<RedisClient> ConnectAsync(TimeSpan timeout) => RedisClient.ConnectAsync(new RedisClientOptions
        {
            ConnectionString = server.ConnectionString, HeartbeatInterval = TimeSpan.FromMilliseconds(100), CommandTimeout = timeout,
        });
        await using var forEver = await ConnectAsync(Timeout.InfiniteTimeSpan);
        await using var long1 = await ConnectAsync(TimeSpan.FromMinutes(1));
        var waiting = new[] { forEver, long1 }.Select(client => client.ExecuteAsync(new RedisCommand("APPEND", "patient", "x")).AsTask()).ToArray();

        // By then the silence has ended the connection of one that waits no longer.
        await using var impatient = await ConnectAsync(TimeSpan.FromMilliseconds(100));
        await Assert.ThrowsAsync<RedisTimeoutException>(() => impatient.ExecuteAsync(new RedisCommand("GET", "impatient")).AsTask());
        await Eventually.TrueAsync(() => server.Connections >= 4);
        answer.SetResult();

        Assert.All(await Task.WhenAll(waiting), reply => Assert.Equal("late", reply.AsString()));
    }

    [Fact]
    public async Task Continuation_that_blocks_or_throws_holds_nobody_else_up()
    {
        await using var server = ScriptedServer.Answering(command => $"+{command[0]}\r\n");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        using var release = new ManualResetEventSlim();
        async Task BlockAsync()
        {
            await client.ExecuteAsync(new RedisCommand("GET", "blocker"));
            release.Wait(TimeSpan.FromSeconds(20));
        }

        async Task ThrowAsync()
        {
            await client.ExecuteAsync(new RedisCommand("GET", "thrower"));
            throw new InvalidOperationException("the caller's own fault");
        }

        var blocking = BlockAsync();
        var throwing = ThrowAsync();
        for (var number = 0; number < 100; number++)
        {
            var key = $"key-{number}";
            Assert.Equal(key, (await client.ExecuteAsync(new RedisCommand("GET", key))).AsString());
        }

        release.Set();
        await blocking;
        await Assert.ThrowsAsync<InvalidOperationException>(() => throwing);
    }

    [Fact]
    public async Task Starved_thread_pool_delays_callers_but_loses_nothing()
    {
        await using var server = ScriptedServer.Answering(command => $"+{command[0]}\r\n");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        using var release = new ManualResetEventSlim();
        var hogs = Enumerable.Range(0, Environment.ProcessorCount * 3)
            .Select(_ => Task.Run(() => release.Wait(TimeSpan.FromSeconds(20)))).ToArray();
        var replies = Enumerable.Range(0, 200).Select(number => client.ExecuteAsync(new RedisCommand("GET", $"k{number}")).AsTask()).ToArray();
        await Task.Delay(200);
        release.Set();
        await Task.WhenAll(hogs);
        var answered = await Task.WhenAll(replies);
        Assert.Equal(Enumerable.Range(0, 200).Select(number => $"k{number}"), answered.Select(reply => reply.AsString()));
    }

    [Fact]
    public async Task Time_outs_are_told_though_every_thread_of_the_pool_is_blocked()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.NextAsync();
            await connection.StareAsync();
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        using var pool = new BlockedPool();
        var told = 0;
        var callers = Enumerable.Range(0, 10).Select(_ => new Thread(() =>
        {
            try
            {
                client.ExecuteAsync(new RedisCommand("GET", "key") { Timeout = TimeSpan.FromMilliseconds(300) }).AsTask().GetAwaiter().GetResult();
            }
            catch (RedisTimeoutException)
            {
                Interlocked.Increment(ref told);
            }
        })).ToArray();
        Array.ForEach(callers, caller => caller.Start());
        var areAllTold = callers.All(caller => caller.Join(TimeSpan.FromSeconds(15)));
        pool.Dispose();
        Assert.True(areAllTold);
        Assert.Equal(10, told);
    }

    [Fact]
    public async Task Commands_are_sent_though_every_thread_of_the_pool_is_blocked()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        using var pool = new BlockedPool();
        var answered = 0;
        var callers = Enumerable.Range(0, 10).Select(_ => new Thread(() =>
        {
            for (var number = 0; number < 20; number++)
            {
                client.ExecuteAsync(new RedisCommand("INCR", "n") { Timeout = TimeSpan.FromSeconds(30) }).AsTask().GetAwaiter().GetResult();
                Interlocked.Increment(ref answered);
            }
        })).ToArray();
        Array.ForEach(callers, caller => caller.Start());
        var areAllAnswered = callers.All(caller => caller.Join(TimeSpan.FromSeconds(25)));
        pool.Dispose();
        Assert.True(areAllAnswered);
        Assert.Equal(200, answered);
    }

    [Fact]
    public async Task Dispose_with_commands_in_flight_ends_each_of_them_and_says_whether_it_can_have_run()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.NextAsync();
            await connection.StareAsync();
        });
        var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var commands = Enumerable.Range(0, 100).Select(_ => client.ExecuteAsync(new RedisCommand("INCR", "n")).AsTask()).ToArray();
        await Eventually.TrueAsync(() => server.Asked.Any());
        await client.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(5));
        foreach (var command in commands)
        {
            await Assert.ThrowsAnyAsync<RedisException>(() => command.WaitAsync(TimeSpan.FromSeconds(5)));
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ExecuteAsync(new RedisCommand("GET", "k")).AsTask());
    }
}
