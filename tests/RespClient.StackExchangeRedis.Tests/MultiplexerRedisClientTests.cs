using RespClient.Protocol;

using StackExchange.Redis;

using TestServers;

using LuaScript = RespClient.Commands.LuaScript;

namespace RespClient.StackExchangeRedis.Tests;

/// <summary>Commands over StackExchange.Redis: replies, errors, and what is known of a command that failed.</summary>
public sealed class MultiplexerRedisClientTests(Multiplexed redis) : IClassFixture<Multiplexed>
{
    private readonly string _key = $"k{Guid.NewGuid():N}";

    private MultiplexerRedisClient Client => new(redis.Connection);

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public async Task Replies_of_every_type_arrive_as_they_are(RedisProtocol protocol)
    {
        await using var connection = await Multiplexed.ConnectAsync(redis.Server, options => options.Protocol = protocol);
        var client = new MultiplexerRedisClient(connection);
        byte[] bytes = [0, 255, 13, 10, 128];

        Assert.Equal("OK", (await client.ExecuteAsync(new RedisCommand("SET", _key, bytes))).AsString());
        Assert.Equal(bytes, (await client.ExecuteAsync(new RedisCommand("GET", _key))).AsBytes());
        Assert.True((await client.ExecuteAsync(new RedisCommand("GET", _key + "x"))).IsNull);
        Assert.Equal(2, (await client.ExecuteAsync(new RedisCommand("INCRBY", _key + "n", 2))).AsInt64());
        Assert.Equal(1.5, (await client.ExecuteAsync(new RedisCommand("INCRBYFLOAT", _key + "f", 1.5))).AsDouble());
        await client.ExecuteAsync(new RedisCommand("HSET", _key + "h", "a", "1", "b", ""));
        var hash = await client.ExecuteAsync(new RedisCommand("HGETALL", _key + "h"));
        Assert.Equal(["a", "1", "b", ""], hash.Items.ToArray().Select(item => item.AsString()));
        Assert.Equal(protocol == RedisProtocol.Resp3 ? RespKind.Map : RespKind.Array, hash.Kind);
        Assert.Equal(0, (await client.ExecuteAsync(new RedisCommand("LRANGE", _key + "l", 0, -1))).Items.Length);
        await client.ExecuteAsync(new RedisCommand("ZADD", _key + "z", 2.5, "m"));
        Assert.Equal(2.5, (await client.ExecuteAsync(new RedisCommand("ZSCORE", _key + "z", "m"))).AsDouble());
        var nested = await client.ExecuteAsync(new RedisCommand("EVAL", "return { 1, { 'two', false } }", 0));
        Assert.Equal(1, nested.Items[0].AsInt64());
        Assert.Equal("two", nested.Items[1].Items[0].AsString());
        Assert.True(nested.Items[1].Items[1].IsNull);
    }

    [Fact]
    public async Task A_script_that_the_server_forgot_is_sent_once_more_as_a_whole()
    {
        await redis.Server.CliAsync("SCRIPT", "FLUSH");
        var script = new LuaScript("return redis.call('INCR', KEYS[1])");

        Assert.Equal(1, (await script.ExecuteAsync(Client, [_key], [])).AsInt64());
        Assert.Equal(2, (await script.ExecuteAsync(Client, [_key], [])).AsInt64());
    }

    [Theory]
    [InlineData(RedisErrorKind.WrongType, "LPUSH", "text", "x")]
    [InlineData(RedisErrorKind.NoGroup, "XREADGROUP", "GROUP", "g", "c", "STREAMS", "nowhere", ">")]
    [InlineData(RedisErrorKind.NoScript, "EVALSHA", "ffffffffffffffffffffffffffffffffffffffff", "0")]
    [InlineData(RedisErrorKind.UnknownCommand, "NOSUCHCOMMAND", "x")]
    public async Task An_error_of_the_server_keeps_its_kind(RedisErrorKind kind, string name, params string[] arguments)
    {
        await redis.Server.CliAsync("SET", "text", "x");

        var e = await Assert.ThrowsAsync<RedisServerException>(
            async () => await Client.ExecuteAsync(new RedisCommand(name, [.. arguments.Select(argument => (RedisArgument)argument)])));

        Assert.Equal((kind, CommandOutcome.Refused), (e.Kind, e.Outcome));
    }

    [Fact]
    public async Task An_error_of_a_script_keeps_its_kind_as_well()
    {
        await redis.Server.CliAsync("SET", _key, "x");

        var e = await Assert.ThrowsAsync<RedisServerException>(
            async () => await new LuaScript("return redis.call('HGETALL', KEYS[1])").ExecuteAsync(Client, [_key], []));

        Assert.Equal((RedisErrorKind.WrongType, CommandOutcome.Refused), (e.Kind, e.Outcome));
    }

    [Theory]
    [InlineData("BLPOP", "k", "0")]
    [InlineData("SELECT", "1")]
    [InlineData("MULTI")]
    [InlineData("SUBSCRIBE", "c")]
    public async Task A_command_that_would_hold_up_or_change_the_shared_connection_is_refused(string name, params string[] arguments) =>
        await Assert.ThrowsAsync<NotSupportedException>(
            async () => await Client.ExecuteAsync(new RedisCommand(name, [.. arguments.Select(argument => (RedisArgument)argument)])));

    [Fact]
    public async Task A_read_of_a_stream_that_waits_holds_up_nobody_and_gets_the_entry()
    {
        var waiting = Client.ExecuteAsync(new RedisCommand("XREAD", "BLOCK", 20_000, "STREAMS", _key, "0") { Timeout = TimeSpan.FromSeconds(30) }).AsTask();

        Assert.Equal("PONG", (await Client.ExecuteAsync(new RedisCommand("PING"))).AsString());
        await Client.ExecuteAsync(new RedisCommand("XADD", _key, "*", "field", "value"));

        Assert.False((await waiting.WaitAsync(TimeSpan.FromSeconds(10))).IsNull);
        Assert.True((await Client.ExecuteAsync(new RedisCommand("XREAD", "BLOCK", 150, "STREAMS", _key, "$"))).IsNull);
    }

    [Fact]
    public async Task A_server_that_hangs_is_a_timeout_of_unknown_outcome_and_the_wait_is_the_commands_own()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await Multiplexed.ConnectAsync(server, options => options.AsyncTimeout = 60_000);
        var client = new MultiplexerRedisClient(connection);
        await client.ExecuteAsync(new RedisCommand("PING"));
        server.Suspend();

        var e = await Assert.ThrowsAsync<RedisTimeoutException>(
            () => client.ExecuteAsync(new RedisCommand("SET", "a-secret-key", "1") { Timeout = TimeSpan.FromMilliseconds(300) })
                .AsTask().WaitAsync(TimeSpan.FromSeconds(20)));

        Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
        Assert.DoesNotContain("a-secret-key", e.ToString(), StringComparison.Ordinal);
        server.Resume();
    }

    [Fact]
    public async Task Without_a_server_nothing_is_said_to_have_run_and_it_goes_on_when_the_server_is_back()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await Multiplexed.ConnectAsync(server, options =>
        {
            options.BacklogPolicy = BacklogPolicy.FailFast;
            options.ReconnectRetryPolicy = new LinearRetry(50);
        });
        var client = new MultiplexerRedisClient(connection);
        await client.ExecuteAsync(new RedisCommand("PING"));
        await server.KillAsync();
        await Eventually.TrueAsync(() => !connection.IsConnected);

        var e = await Assert.ThrowsAsync<RedisConnectionException>(async () => await client.ExecuteAsync(new RedisCommand("INCR", "a-secret-key")));

        Assert.Equal(CommandOutcome.NotSent, e.Outcome);
        Assert.DoesNotContain("a-secret-key", e.Message, StringComparison.Ordinal);
        await server.StartAgainAsync();
        await Eventually.TrueAsync(async () => await AnswersAsync(client));
        Assert.Equal(1, (await client.ExecuteAsync(new RedisCommand("INCR", "a-secret-key"))).AsInt64());
    }

    [Fact]
    public async Task A_connection_lost_under_a_command_leaves_its_outcome_unknown_and_not_even_a_read_is_sent_again()
    {
        await using var server = await RedisServer.StartAsync();
        await using var connection = await Multiplexed.ConnectAsync(server, options => options.AllowAdmin = true);
        var client = new MultiplexerRedisClient(connection);
        await client.ExecuteAsync(new RedisCommand("PING"));
        // The server sleeps over the first, and is gone before it looks at the others.
        var sleep = client.ExecuteAsync(new RedisCommand("DEBUG", "SLEEP", 30) { Timeout = TimeSpan.FromSeconds(20) }).AsTask();
        var sent = client.ExecuteAsync(new RedisCommand("INCR", "counter") { Timeout = TimeSpan.FromSeconds(20) }).AsTask();
        var read = client.ExecuteAsync(new RedisCommand("GET", "counter") { Timeout = TimeSpan.FromSeconds(20) }).AsTask();
        await Assert.ThrowsAsync<TimeoutException>(() => sleep.WaitAsync(TimeSpan.FromMilliseconds(300)));
        await server.KillAsync();

        var e = await Assert.ThrowsAnyAsync<RedisException>(() => sent);

        Assert.Equal(CommandOutcome.OutcomeUnknown, e.Outcome);
        Assert.Equal(CommandOutcome.OutcomeUnknown, (await Assert.ThrowsAnyAsync<RedisException>(() => read)).Outcome);
        await Assert.ThrowsAnyAsync<RedisException>(() => sleep);
        await server.StartAgainAsync();
        await Eventually.TrueAsync(async () => await AnswersAsync(client));
        Assert.Equal("", await server.CliAsync("GET", "counter"));
    }

    [Fact]
    public async Task A_cancelled_caller_stops_waiting_at_once()
    {
        using var stop = new CancellationTokenSource();
        var waiting = Client.ExecuteAsync(new RedisCommand("XREAD", "BLOCK", 0, "STREAMS", _key, "0"), stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    private static async Task<bool> AnswersAsync(MultiplexerRedisClient client)
    {
        try
        {
            return !(await client.ExecuteAsync(new RedisCommand("PING"))).IsNull;
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
