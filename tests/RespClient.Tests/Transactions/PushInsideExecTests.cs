using RespClient.Tests.Protocol;
using RespClient.Tests.Tracking;
using RespClient.Tracking;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Transactions;

/// <summary>
/// Servers before 7.0.5 put the invalidation of a FLUSHALL in a transaction between the replies of its EXEC, and a command
/// of any server may push in the middle of one.
/// </summary>
public sealed class PushInsideExecTests
{
    [Fact]
    public async Task A_push_that_a_real_server_puts_into_the_reply_of_exec_is_none_of_its_replies()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var result = await client.CreateTransaction()
            .Add(new RedisCommand("ECHO", "before"))
            .Add(new RedisCommand("DEBUG", "PROTOCOL", "push"))
            .Add(new RedisCommand("ECHO", "after"))
            .ExecuteAsync();
        Assert.Equal(["\"before\"", "\"Some real reply following the push reply\"", "\"after\""], result.Replies.Select(WireText.Show));
        Assert.Equal("next", (await client.ExecuteAsync(new RedisCommand("ECHO", "next"))).AsString());
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task An_invalidation_inside_the_reply_of_exec_drops_the_record_in_every_cut(bool isFlush, int left)
    {
        var exec = "*2\r\n" + Notes.Push("note:a") + ":1\r\n" + (isFlush ? Notes.PushEverything : Notes.Push("note:b")) + "$2\r\nOK\r\n";
        Delivery[] deliveries = [.. Delivery.Every(exec.Length)];
        var turn = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.NextAsync() is { } command)
            {
                await connection.SendAsync(
                    command.Name switch
                    {
                        "HGETALL" => Notes.Answer(1),
                        "MULTI" => "+OK\r\n",
                        "EXEC" => exec,
                        _ => "+QUEUED\r\n",
                    },
                    command.Name == "EXEC" ? deliveries[turn++] : default);
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var cache = await TrackedCacheTests.OnAsync(new TrackedCache<string, Note>(client, new Notes()));
        for (var number = 0; number < deliveries.Length; number++)
        {
            await cache.GetAsync("a");
            await cache.GetAsync("b");
            await cache.GetAsync("c");
            var result = await client.CreateTransaction().Add(new RedisCommand("DEL", "note:a")).Add(new RedisCommand("SET", "note:b", "")).ExecuteAsync();
            Assert.Equal(["1", "\"OK\""], result.Replies.Select(WireText.Show));
            Assert.False(cache.TryGet("a", out _) || cache.TryGet("b", out _), $"{deliveries[number]}");

            // The third is kept, unless everything was dropped.
            Assert.True(cache.GetStatistics().Records == left, $"{deliveries[number]}");
        }
    }
}
