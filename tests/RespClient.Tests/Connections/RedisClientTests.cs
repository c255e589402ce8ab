using RespClient.Commands;

namespace RespClient.Tests.Connections;

public sealed class RedisClientTests(RedisServerFixture fixture) : IClassFixture<RedisServerFixture>
{
    private readonly string _prefix = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task A_value_that_was_set_is_read_back_byte_for_byte()
    {
        await using var client = await fixture.ConnectAsync();
        var value = Enumerable.Range(0, 256).Select(b => (byte)b).ToArray();
        Assert.True(await client.SetAsync(_prefix, value));
        Assert.Equal(value, await client.GetAsync(_prefix));
        Assert.Null(await client.GetAsync(_prefix + "missing"));
    }

    [Fact]
    public async Task A_thousand_callers_at_once_each_get_their_own_reply()
    {
        await using var client = await fixture.ConnectAsync();
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(async caller =>
        {
            for (var round = 0; round < 20; round++)
            {
                var text = $"{caller}-{round}";
                var reply = await client.ExecuteAsync(new RedisCommand("ECHO", text));
                Assert.Equal(text, reply.AsString());
            }
        }));
    }

    [Fact]
    public async Task Commands_started_in_order_run_in_order()
    {
        await using var client = await fixture.ConnectAsync();
        var pushes = Enumerable.Range(0, 5000).Select(i => client.ExecuteAsync(new RedisCommand("RPUSH", _prefix, i)).AsTask()).ToArray();
        await Task.WhenAll(pushes);
        var list = await client.ExecuteAsync(new RedisCommand("LRANGE", _prefix, 0, -1));
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => (long)i), list.Items.ToArray().Select(v => v.AsInt64()));
    }

    [Fact]
    public async Task An_error_reply_becomes_a_server_exception_of_its_kind()
    {
        await using var client = await fixture.ConnectAsync();
        await client.SetAsync(_prefix, "text");
        var error = await Assert.ThrowsAsync<RedisServerException>(async () => await client.HGetAllAsync(_prefix));
        Assert.Equal(RedisErrorKind.WrongType, error.Kind);
        Assert.Equal(CommandOutcome.Refused, error.Outcome);
        Assert.Equal("text", await client.GetStringAsync(_prefix));
    }

    [Fact]
    public async Task A_blocking_command_does_not_stall_the_others()
    {
        await using var client = await fixture.ConnectAsync();
        var pop = client.ExecuteAsync(new RedisCommand("BLPOP", _prefix, 0)).AsTask();
        await client.PingAsync();
        Assert.False(pop.IsCompleted);
        await client.ExecuteAsync(new RedisCommand("RPUSH", _prefix, "x"));
        Assert.Equal("x", (await pop).Items[1].AsString());
    }

    [Theory]
    [InlineData("MULTI")]
    [InlineData("SUBSCRIBE")]
    [InlineData("select")]
    public async Task A_command_that_changes_the_shared_connection_is_misuse(string name)
    {
        await using var client = await fixture.ConnectAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await client.ExecuteAsync(new RedisCommand(name, "1")));
    }

    [Fact]
    public async Task A_stream_group_hands_out_acknowledges_and_takes_over()
    {
        await using var client = await fixture.ConnectAsync();
        Assert.True(await client.XGroupCreateAsync(_prefix, "g"));
        Assert.False(await client.XGroupCreateAsync(_prefix, "g"));
        Assert.Empty(await client.XReadGroupAsync(_prefix, "g", "a"));
        var id = await client.XAddAsync(_prefix, ["name", "value"]);
        var read = Assert.Single(await client.XReadGroupAsync(_prefix, "g", "a", block: TimeSpan.FromSeconds(5)));
        Assert.Equal(id, read.Id);
        Assert.Equal("value"u8.ToArray(), read["name"]);
        var claimed = await client.XAutoClaimAsync(_prefix, "g", "b", TimeSpan.Zero);
        Assert.Equal(id, Assert.Single(claimed.Entries).Id);
        Assert.Equal(1, await client.XAckAsync(_prefix, "g", [id]));
        Assert.Empty((await client.XAutoClaimAsync(_prefix, "g", "b", TimeSpan.Zero)).Entries);
    }

    [Fact]
    public async Task A_script_runs_although_the_server_has_forgotten_it()
    {
        await using var client = await fixture.ConnectAsync();
        var script = new LuaScript("return {KEYS[1], ARGV[1]}");
        for (var round = 0; round < 2; round++)
        {
            var reply = await script.ExecuteAsync(client, [_prefix], [7]);
            Assert.Equal(7, reply.Items[1].AsInt64());
            await client.ExecuteAsync(new RedisCommand("SCRIPT", "FLUSH"));
        }
    }

    [Fact]
    public async Task A_scan_finds_every_key_of_a_pattern()
    {
        await using var client = await fixture.ConnectAsync();
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => client.SetAsync($"{_prefix}:{i}", i).AsTask()));
        var found = new HashSet<string>();
        await foreach (var key in client.ScanAsync($"{_prefix}:*", pageSize: 50))
        {
            found.Add(System.Text.Encoding.UTF8.GetString(key));
        }

        Assert.Equal(500, found.Count);
    }

    [Fact]
    public async Task A_unix_socket_serves_as_well()
    {
        await using var client = await RedisClient.ConnectAsync($"unix://{fixture.Server.UnixSocket}");
        await client.PingAsync();
    }
}
