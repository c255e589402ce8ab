using System.Diagnostics;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Reading;

/// <summary>Who goes on where after a reply, and what becomes of the others when somebody does not come back.</summary>
public sealed class ReplyLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_quick_caller_goes_on_where_its_reply_was_read_without_a_change_of_thread()
    {
        await using var server = ScriptedServer.Answering(_ => "+OK\r\n");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var threads = new HashSet<string?>();
        for (var number = 0; number < 100; number++)
        {
            await client.ExecuteAsync(new RedisCommand("GET", number));
            threads.Add(Thread.CurrentThread.Name);
        }

        Assert.Contains(threads, name => name == $"Redis {server.ConnectionString}");
    }

    [Fact]
    public async Task A_caller_that_blocks_until_its_own_client_is_disposed_of_is_not_waited_for()
    {
        await using var server = ScriptedServer.Answering(_ => "+OK\r\n");
        for (var round = 0; round < 20; round++)
        {
            var client = await RedisClient.ConnectAsync(server.ConnectionString);
            for (var number = 0; number < 1000 && Thread.CurrentThread.IsThreadPoolThread; number++)
            {
                await client.ExecuteAsync(new RedisCommand("GET", number));
            }

            // As hosts and containers do, whose Dispose waits for their DisposeAsync.
            Assert.False(Thread.CurrentThread.IsThreadPoolThread);
            Assert.True(((IAsyncResult)client.DisposeAsync().AsTask()).AsyncWaitHandle.WaitOne(Patience));
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Callers_who_take_long_are_left_to_the_thread_pool_and_run_beside_each_other()
    {
        await using var server = ScriptedServer.Answering(_ => "+OK\r\n");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var name = "";
        for (var number = 0; number < 20; number++)
        {
            await client.ExecuteAsync(new RedisCommand("GET", number));
            name = Thread.CurrentThread.Name;
            var watch = Stopwatch.StartNew();
            while (watch.Elapsed < TimeSpan.FromMilliseconds(1))
            {
            }
        }

        Assert.NotEqual($"Redis {server.ConnectionString}", name);
    }

    [Fact]
    public async Task One_that_blocks_among_answered_together_holds_up_neither_them_nor_what_comes_after()
    {
        // All three are answered in one piece, the blocker first.
        await using var server = ScriptedServer.Start(async connection =>
        {
            string[] keys = [(await connection.NextAsync())![0], (await connection.NextAsync())![0], (await connection.NextAsync())![0]];
            await connection.SendAsync(string.Concat(keys.Select(key => $"+{key}\r\n")));
            while (await connection.NextAsync() is { } command)
            {
                await connection.SendAsync($"+{command[0]}\r\n");
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        using var release = new ManualResetEventSlim();
        var wasBlocked = false;
        async Task BlockAsync()
        {
            await client.ExecuteAsync(new RedisCommand("GET", "a"));
            wasBlocked = release.Wait(Patience);
        }

        async Task<string?> AskTwiceAsync(string key)
        {
            await client.ExecuteAsync(new RedisCommand("GET", key));
            return (await client.ExecuteAsync(new RedisCommand("GET", key))).AsString();
        }

        var blocking = BlockAsync();
        var second = AskTwiceAsync("b");
        var third = AskTwiceAsync("c");
        Assert.Equal("b", await second.WaitAsync(Patience / 2));
        Assert.Equal("c", await third.WaitAsync(Patience / 2));
        release.Set();
        await blocking;
        Assert.True(wasBlocked);
        Assert.Equal("d", (await client.ExecuteAsync(new RedisCommand("GET", "d"))).AsString());
    }

    [Fact]
    public async Task A_caller_that_waits_for_its_next_reply_with_its_thread_gets_it_all_the_same()
    {
        await using var server = ScriptedServer.Answering(command => $"+{command[0]}\r\n");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        for (var number = 0; number < 5; number++)
        {
            await client.ExecuteAsync(new RedisCommand("GET", "first"));
            var reply = client.ExecuteAsync(new RedisCommand("GET", "second")).AsTask();
            Assert.True(((IAsyncResult)reply).AsyncWaitHandle.WaitOne(Patience));
            Assert.Equal("second", (await reply).AsString());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Readers_that_wait_are_gone_once_their_client_is_disposed(bool unix)
    {
        await using var server = await RedisServer.StartAsync();
        var client = await RedisClient.ConnectAsync(unix ? $"unix://{server.UnixSocket}" : server.ConnectionString);
        await client.ExecuteAsync(new RedisCommand("PING"));

        // Waits for the thread; it waits in the kernel for a reply that never comes.
        await client.DisposeAsync().AsTask().WaitAsync(Patience);
    }
}
