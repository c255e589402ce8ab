using RespClient.Commands;

using TestServers;
using TestServers.Proxy;

namespace RespClient.Tests.Connections;

public sealed class AccessTests(RedisServerFixture fixture) : IClassFixture<RedisServerFixture>
{
    private readonly string _user = "u" + Guid.NewGuid().ToString("N");

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_acl_user_signs_in_and_is_held_to_its_rights(int protocol)
    {
        await fixture.Server.CliAsync("ACL", "SETUSER", _user, "on", ">pass word", "+@all", "-flushall", "~*");
        await using var client = await RedisClient.ConnectAsync(Options(protocol, "pass word"));
        Assert.Equal(_user, (await client.ExecuteAsync(new RedisCommand("ACL", "WHOAMI"))).AsString());
        var error = await Assert.ThrowsAsync<RedisServerException>(async () => await client.ExecuteAsync(new RedisCommand("FLUSHALL")));
        Assert.Equal(RedisErrorKind.NoPermission, error.Kind);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_wrong_password_fails_the_connect_and_is_not_shown(int protocol)
    {
        await fixture.Server.CliAsync("ACL", "SETUSER", _user, "on", ">right", "+@all", "~*");
        var error = await Assert.ThrowsAsync<RedisServerException>(() => RedisClient.ConnectAsync(Options(protocol, "hunter2")));
        Assert.Equal(RedisErrorKind.WrongPassword, error.Kind);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_and_name_are_the_connections_from_its_first_command_on()
    {
        await using var client = await RedisClient.ConnectAsync($"{fixture.Server.ConnectionString},defaultDatabase=5,name=orders");
        await client.SetAsync(_user, "in five");
        Assert.Equal("in five", (await fixture.Server.CliAsync("-n", "5", "GET", _user)).Trim());
        Assert.Contains("name=orders", (await client.ExecuteAsync(new RedisCommand("CLIENT", "INFO"))).AsString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_that_does_not_exist_fails_the_connect()
    {
        var error = await Assert.ThrowsAsync<RedisServerException>(() => RedisClient.ConnectAsync($"{fixture.Server.ConnectionString},defaultDatabase=500"));
        Assert.Equal(CommandOutcome.Refused, error.Outcome);
    }

    [Fact]
    public async Task Without_abort_connect_a_client_waits_for_its_server()
    {
        var port = RedisServer.FreePort();
        await using var client = await RedisClient.ConnectAsync($"127.0.0.1:{port},abortConnect=false,asyncTimeout=100");
        Assert.False(client.IsConnected);
        await Assert.ThrowsAsync<RedisConnectionException>(async () => await client.PingAsync());
    }

    [Fact]
    public async Task The_next_end_point_is_tried_when_the_first_is_away()
    {
        await using var client = await RedisClient.ConnectAsync($"127.0.0.1:{RedisServer.FreePort()},{fixture.Server.ConnectionString}");
        await client.PingAsync();
    }

    [Fact]
    public async Task A_blocking_command_that_finds_nothing_ends_after_its_own_time()
    {
        await using var client = await fixture.ConnectAsync();
        Assert.True((await client.ExecuteAsync(new RedisCommand("BLPOP", _user, 0.05))).IsNull);
        Assert.True((await client.ExecuteAsync(new RedisCommand("XREAD", "BLOCK", 20, "STREAMS", _user, "$"))).IsNull);
    }

    [Fact]
    public async Task A_cancelled_blocking_command_takes_nothing_that_comes_later()
    {
        await using var client = await fixture.ConnectAsync();
        using var cancel = new CancellationTokenSource();
        var pop = client.ExecuteAsync(new RedisCommand("BLPOP", _user, 0), cancel.Token).AsTask();
        await Eventually.TrueAsync(async () => (await fixture.Server.CliAsync("INFO", "clients")).Contains("blocked_clients:1", StringComparison.Ordinal));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pop);
        await Eventually.TrueAsync(async () => (await fixture.Server.CliAsync("INFO", "clients")).Contains("blocked_clients:0", StringComparison.Ordinal));
        await client.ExecuteAsync(new RedisCommand("RPUSH", _user, "kept"));
        Assert.Equal(1, (await client.ExecuteAsync(new RedisCommand("LLEN", _user))).AsInt64());
    }

    [Fact]
    public async Task Connections_of_their_own_are_used_again_four_at_most_are_kept_and_none_that_died()
    {
        await using var proxy = FaultProxy.Start(fixture.Server.Port);
        await using var client = await RedisClient.ConnectAsync(proxy.ConnectionString);
        await client.SetAsync(_user, "no list");
        for (var round = 0; round < 3; round++)
        {
            await Assert.ThrowsAsync<RedisServerException>(async () =>
                await client.ExecuteAsync(new RedisCommand("LRANGE", _user, 0, -1) { OnOwnConnection = true }));
        }

        Assert.Equal(2, proxy.Connections);
        var list = _user + "list";
        var pops = Enumerable.Range(0, 6).Select(_ => client.ExecuteAsync(new RedisCommand("BLPOP", list, 0)).AsTask()).ToArray();
        await Eventually.TrueAsync(() => proxy.OpenConnections == 7);
        await client.ExecuteAsync(new RedisCommand("RPUSH", list, 1, 2, 3, 4, 5, 6));
        await Task.WhenAll(pops);
        await Eventually.TrueAsync(() => proxy.OpenConnections == 5);

        proxy.ResetAll();
        await Eventually.TrueAsync(() => proxy.OpenConnections <= 1 && client.IsConnected);
        Assert.True((await client.ExecuteAsync(new RedisCommand("BLPOP", list, 0.01))).IsNull);
    }

    private RedisClientOptions Options(int protocol, string password) =>
        new() { ConnectionString = fixture.Server.ConnectionString, User = _user, Password = password, Protocol = protocol };
}
