using System.Diagnostics;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Reading;

/// <summary>Who goes on where after a reply, and what becomes of the others when somebody does not come back.</summary>
public sealed class ReplyLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task AQuickCallerGoesOnWhereItsReplyWasReadWithoutAChangeOfThread()
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
    public async Task ACallerThatBlocksUntilItsOwnClientIsDisposedOfIsNotWaitedFor()
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
    public async Task CallersWhoTakeLongAreLeftToTheThreadPoolAndRunBesideEachOther()
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
    public async Task OneThatBlocksAmongAnsweredTogetherHoldsUpNeitherThemNorWhatComesAfter()
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
    public async Task ACallerThatWaitsForItsNextReplyWithItsThreadGetsItAllTheSame()
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
    public async Task ReadersThatWaitAreGoneOnceTheirClientIsDisposed(bool unix)
    {
        await using var server = await RedisServer.StartAsync();
        var client = await RedisClient.ConnectAsync(unix ? $"unix://{server.UnixSocket}" : server.ConnectionString);
        await client.ExecuteAsync(new RedisCommand("PING"));

        // Waits for the thread; it waits in the kernel for a reply that never comes.
        await client.DisposeAsync().AsTask().WaitAsync(Patience);
    }
}
