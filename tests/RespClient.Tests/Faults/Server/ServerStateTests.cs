using TestServers.Scripted;

namespace RespClient.Tests.Faults.Server;

/// <summary>What a server says when it cannot or will not: each is a kind a caller can act on.</summary>
public sealed class ServerStateTests
{
    public static TheoryData<string, RedisErrorKind, bool> Refusals { get; } = new()
    {
        { "LOADING Redis is loading the dataset in memory", RedisErrorKind.Loading, true },
        { "READONLY You can't write against a read only replica.", RedisErrorKind.ReadOnly, true },
        { "OOM command not allowed when used memory > 'maxmemory'.", RedisErrorKind.OutOfMemory, true },
        { "MISCONF Redis is configured to save RDB snapshots", RedisErrorKind.Misconfigured, true },
        { "NOREPLICAS Not enough good replicas to write.", RedisErrorKind.NoReplicas, true },
        { "BUSY Redis is busy running a script.", RedisErrorKind.Busy, true },
        { "ERR max number of clients reached", RedisErrorKind.MaxClients, true },
        { "NOSCRIPT No matching script. Please use EVAL.", RedisErrorKind.NoScript, false },
        { "NOAUTH Authentication required.", RedisErrorKind.NoAuth, false },
        { "NOPERM this user has no permissions to run the 'get' command", RedisErrorKind.NoPermission, false },
        { "WRONGTYPE Operation against a key holding the wrong kind of value", RedisErrorKind.WrongType, false },
        { "ERR unknown command 'GETT', with args beginning with: 'k'", RedisErrorKind.UnknownCommand, false },
        { "ERR ACL failure in script: User app has no permissions to run the 'get' command", RedisErrorKind.NoPermission, false },
        { "ERR The user executing the script can't run this command or subcommand", RedisErrorKind.NoPermission, false },
        { "ERR Unknown Redis command called from script", RedisErrorKind.UnknownCommand, false },
        { "SOMETHING nobody has heard of", RedisErrorKind.Other, false },
    };

    [Fact]
    public void Of_all_kinds_of_refusal_four_stay_until_somebody_changes_rights_or_configuration() => Assert.Equal(
        [RedisErrorKind.NoAuth, RedisErrorKind.WrongPassword, RedisErrorKind.NoPermission, RedisErrorKind.UnknownCommand],
        Enum.GetValues<RedisErrorKind>().Where(kind => kind.IsForbidden()));

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task Refusal_is_told_by_its_kind_and_whether_a_retry_helps(string error, RedisErrorKind kind, bool retryHelps)
    {
        await using var server = ScriptedServer.Answering(_ => $"-{error}\r\n");
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var refused = await Assert.ThrowsAsync<RedisServerException>(
            () => client.ExecuteAsync(new RedisCommand("GET", "k")).AsTask());
        Assert.Equal(kind, refused.Kind);
        Assert.Equal(retryHelps, refused.Kind.IsTransient());
        Assert.Equal(CommandOutcome.Refused, refused.Outcome);
        Assert.DoesNotContain("with args", refused.Message, StringComparison.Ordinal);
        Assert.True(client.IsConnected);
    }

    [Theory]
    [InlineData("-ERR unknown command 'HELLO', with args beginning with: '3'\r\n")]
    [InlineData("-NOPROTO unsupported protocol version\r\n")]
    public async Task Server_without_hello_is_served_over_resp2(string answer)
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                await connection.SendAsync(command.Name switch
                {
                    "HELLO" => answer,
                    "CLIENT" => "-ERR unknown subcommand\r\n",
                    "GET" => "*2\r\n$1\r\na\r\n$-1\r\n",
                    _ => connection.HealthyAnswer(command),
                });
            }
        });
        await using var client = await RedisClient.ConnectAsync(server.ConnectionString);
        var reply = await client.ExecuteAsync(new RedisCommand("GET", "k"));
        Assert.Equal("a", reply.Items[0].AsString());
        Assert.True(reply.Items[1].IsNull);
        Assert.Equal(1, server.Connections);
    }

    [Theory]
    [InlineData("-WRONGPASS invalid username-password pair or user is disabled.\r\n", RedisErrorKind.WrongPassword)]
    [InlineData("-NOAUTH HELLO must be called with the client already authenticated.\r\n", RedisErrorKind.NoAuth)]
    public async Task Refused_credentials_fail_the_connect_and_never_show_the_password(string answer, RedisErrorKind kind)
    {
        const string Password = "correct-horse-battery";
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                await connection.SendAsync(command.Name is "HELLO" or "AUTH" ? answer : connection.HealthyAnswer(command));
            }
        });
        var refused = await Assert.ThrowsAsync<RedisServerException>(
            () => RedisClient.ConnectAsync($"{server.ConnectionString},user=app,password={Password}"));
        Assert.Equal(kind, refused.Kind);
        Assert.DoesNotContain(Password, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_knows_neither_client_info_nor_client_names_is_served_all_the_same()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                await connection.SendAsync(
                    command.Name == "CLIENT" ? "-ERR Unknown subcommand or wrong number of arguments for 'SETINFO'. Try CLIENT HELP.\r\n"
                    : command.IsHousekeeping ? connection.HealthyAnswer(command)
                    : "+served\r\n");
            }
        });
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},name=app");
        Assert.Equal("served", (await client.ExecuteAsync(new RedisCommand("GET", "k"))).AsString());
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task Server_that_is_still_loading_is_waited_for_and_not_taken_for_ready()
    {
        var loading = true;
        await using var server = ScriptedServer.Start(async connection =>
        {
            while (await connection.ReceiveAsync() is { } command)
            {
                var isReady = !Volatile.Read(ref loading) || command.Name is "HELLO" or "CLIENT";
                await connection.SendAsync(
                    !isReady ? "-LOADING Redis is loading the dataset in memory\r\n"
                    : command.IsHousekeeping ? connection.HealthyAnswer(command)
                    : "+ready\r\n");
            }
        });
        await using var client = await RedisClient.ConnectAsync($"{server.ConnectionString},abortConnect=false");
        var waiting = client.ExecuteAsync(new RedisCommand("GET", "k")).AsTask();
        await TestServers.Eventually.TrueAsync(() => server.Connections >= 3);
        Assert.False(waiting.IsCompleted);
        Volatile.Write(ref loading, false);
        Assert.Equal("ready", (await waiting).AsString());
        Assert.Single(server.Asked);
    }
}
