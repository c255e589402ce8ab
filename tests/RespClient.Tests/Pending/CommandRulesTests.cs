using System.Buffers;

using RespClient.Queue;
using RespClient.Tests.Tracking;
using RespClient.Tracking;

using TestServers.Scripted;

namespace RespClient.Tests.Pending;

/// <summary>What is refused before anything of it is sent, and what gets a connection of its own.</summary>
public sealed class CommandRulesTests
{
    [Theory]
    [InlineData("MULTI", "CreateTransaction()")]
    [InlineData("exec", "CreateTransaction()")]
    [InlineData("DISCARD", "CreateTransaction()")]
    [InlineData("WATCH k", "WatchAsync()")]
    [InlineData("UNWATCH", "WatchAsync()")]
    [InlineData("SUBSCRIBE c", "SubscribeAsync()")]
    [InlineData("PSUBSCRIBE c", "SubscribePatternAsync()")]
    [InlineData("SSUBSCRIBE c", "not supported")]
    [InlineData("UNSUBSCRIBE", "subscription")]
    [InlineData("PUNSUBSCRIBE c", "subscription")]
    [InlineData("SUNSUBSCRIBE c", "not supported")]
    [InlineData("Select 1", "Database")]
    [InlineData("AUTH secret", "Password")]
    [InlineData("HELLO 2", "Protocol")]
    [InlineData("RESET", "dispose")]
    [InlineData("QUIT", "dispose")]
    [InlineData("MONITOR", "log")]
    [InlineData("SYNC", "replica")]
    [InlineData("PSYNC ? -1", "replica")]
    [InlineData("REPLCONF ACK 1", "no reply")]
    [InlineData("replconf capa eof", "no reply")]
    [InlineData("ASKING", "cluster")]
    [InlineData("READONLY", "cluster")]
    [InlineData("READWRITE", "cluster")]
    [InlineData("WAIT 1 100", "ExecuteAndWaitAsync()")]
    [InlineData("WAITAOF 1 1 100", "ExecuteAndWaitAsync()")]
    [InlineData("CLIENT REPLY OFF", "replies")]
    [InlineData("client reply skip", "replies")]
    [InlineData("CLIENT TRACKING OFF", "TrackedCache")]
    [InlineData("CLIENT CACHING YES", "TrackedCache")]
    [InlineData("CLIENT SETNAME me", "ClientName")]
    [InlineData("CLIENT SETINFO LIB-NAME me", "name and version")]
    [InlineData("CLIENT NO-EVICT ON", "state of one connection")]
    [InlineData("CLIENT NO-TOUCH ON", "state of one connection")]
    [InlineData("CLIENT CAPA redirect", "state of one connection")]
    [InlineData("CLIENT IMPORT-SOURCE ON", "state of one connection")]
    [InlineData("SCRIPT DEBUG YES", "debugging")]
    public async Task A_refused_command_is_refused_on_every_way_with_what_to_do_instead_and_is_not_sent(string text, string instead)
    {
        await using var server = ScriptedServer.Answering(command => command.Name == "EXEC" ? "*0\r\n" : "+OK\r\n");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        await using var watch = await client.WatchAsync(["k"]);
        await using var cache = new TrackedCache<string, Note>(client, new Notes());
        var writer = cache.Writer("k", (_, _) => TrackedItem.Unchanged<Note>());
        var words = text.Split(' ');
        var sentBefore = server.Asked.Count();
        var command = new RedisCommand(words[0], [.. words[1..].Select(word => (RedisArgument)word)]);
        Func<Task>[] ways =
        [
            async () => await client.ExecuteAsync(command),
            async () => await client.ExecuteIntoAsync(new byte[8], command.Name, command.Arguments),
            async () => await client.ExecuteIntoAsync(new ArrayBufferWriter<byte>(), command.Name, command.Arguments),
            () => Task.FromResult(client.CreateTransaction().Add(command)),
            async () => await watch.ExecuteAsync(command),
            () => Task.FromResult(watch.CreateTransaction().Add(command)),
            async () => await writer.ExecuteAsync(command),
        ];
        foreach (var way in ways)
        {
            var refusal = await Assert.ThrowsAsync<InvalidOperationException>(way);
            Assert.StartsWith(words[0], refusal.Message, StringComparison.OrdinalIgnoreCase);
            Assert.Contains(instead, refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
        }

        await client.ExecuteAsync(new RedisCommand("ECHO", "after"));
        Assert.Equal(sentBefore + 1, server.Asked.Count());
    }

    [Theory]
    [InlineData("CLIENT", "ID")]
    [InlineData("CLIENT", "PAUSE", "1")]
    [InlineData("CLIENT")]
    [InlineData("SCRIPT", "LOAD", "return 1")]
    [InlineData("SET", "DEBUG", "1")]
    [InlineData("CONFIG", "REPLY", "1")]
    [InlineData("SHUTDOWN", "NOSAVE")]
    public void What_has_one_reply_and_changes_no_connection_is_not_refused(params string[] words) => Assert.Equal(CommandNeed.Shared, Need(words));

    [Theory]
    [InlineData(true, "XREAD", "BLOCK", "0", "STREAMS", "k", "$")]
    [InlineData(true, "XREAD", "COUNT", "1", "block", "5", "streams", "k", "$")]
    [InlineData(true, "XREADGROUP", "GROUP", "streams", "STREAMS", "BLOCK", "0", "STREAMS", "k", ">")]
    [InlineData(true, "XREADGROUP", "COUNT", "1", "GROUP", "g", "c", "BLOCK", "0", "STREAMS", "k", ">")]
    [InlineData(false, "XREADGROUP", "GROUP", "BLOCK", "BLOCK", "STREAMS", "BLOCK", ">")]
    [InlineData(false, "XREAD", "STREAMS", "BLOCK", "0")]
    [InlineData(false, "XREAD", "COUNT", "1", "STREAMS", "k", "0")]
    public void A_stream_read_blocks_by_syntax_and_not_by_the_names_in_it(bool blocks, params string[] words) =>
        Assert.Equal(blocks ? CommandNeed.OwnConnection : CommandNeed.Shared, Need(words));

    [Theory]
    [InlineData(1500, "BLPOP", "a", "b", "1.5")]
    [InlineData(1500, "BLMPOP", "1.5", "1", "k", "LEFT")]
    [InlineData(1500, "XREADGROUP", "GROUP", "BLOCK", "9", "BLOCK", "1500", "STREAMS", "k", ">")]
    [InlineData(-1, "BLPOP", "k", "0")]
    [InlineData(-1, "BLPOP", "k", "-1")]
    [InlineData(-1, "BLPOP", "k", "1e300")]
    [InlineData(-1, "BLPOP", "k", "nan")]
    [InlineData(-1, "XREAD", "BLOCK", "9223372036854775807", "STREAMS", "k", "$")]
    [InlineData(-1, "XREAD", "BLOCK")]
    [InlineData(-1, "BLPOP")]
    public void Block_time_is_read_from_its_place_and_is_infinite_where_it_cannot_be_told(int milliseconds, params string[] words) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), CommandRules.BlockTime(Command(words)));

    [Fact]
    public async Task A_blocking_command_into_a_buffer_is_refused_with_the_way_it_can_go()
    {
        await using var client = new RedisClient(new RedisClientOptions { ConnectionString = "127.0.0.1:1" });
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.ExecuteIntoAsync(new byte[8], "BLPOP", ["k", 0]));
        Assert.Contains("ExecuteAsync()", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_without_a_name_is_a_bad_argument_on_every_way()
    {
        await using var client = new RedisClient(new RedisClientOptions { ConnectionString = "127.0.0.1:1" });
        await Assert.ThrowsAsync<ArgumentException>(async () => await client.ExecuteAsync(default));
        await Assert.ThrowsAsync<ArgumentException>(async () => await client.ExecuteIntoAsync(new byte[8], "", []));
        Assert.Throws<ArgumentException>(() => client.CreateTransaction().Add(default));
    }

    private static CommandNeed Need(string[] words) => CommandRules.Classify(Command(words));

    private static RedisCommand Command(string[] words) => new(words[0], [.. words[1..].Select(word => (RedisArgument)word)]);
}
