using System.Net.Sockets;

using RespClient.Commands;
using RespClient.Tests.Tracking;

using TestServers;
using TestServers.Scripted;

namespace RespClient.Tests.Connections;

/// <summary>Why there is no connection, as callers are told it: for each end point, in one line, without secrets.</summary>
public sealed class ConnectFailureTests(RedisServerFixture fixture) : IClassFixture<RedisServerFixture>
{
    private const string Password = "correct-horse-battery";

    private const string ProtectedMode =
        "DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user. "
        + "In this mode connections are only accepted from the loopback interface. 1) Just disable protected mode. 2) Alternatively…";

    /// <summary>What goes wrong, how the connection string ends, and the words in which it is told.</summary>
    public static TheoryData<string, string, string> Failures { get; } = new()
    {
        { "refused", "", "Connection refused" },
        { "silent", ",connectTimeout=150", "no connection within 150 ms" },
        { "wrong password", ",password=" + Password, "WRONGPASS" },
        { "no password", "", "NOAUTH" },
        { "protected mode", "", "DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user" },
        { "closes on HELLO", ",password=" + Password, "it closed the connection on HELLO; if it is older than Redis 6.0, or a proxy, try protocol=resp2" },
        { "resets on HELLO", "", "try protocol=resp2" },
        { "several lines", ",defaultDatabase=5", "ERR one two" },
        { "knows no HELLO", ",protocol=resp3,password=" + Password, "ERR unknown command 'HELLO'" },
        { "speaks no TLS", ",ssl=true", "" },
    };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Each_caller_is_told_the_end_point_and_what_it_said_in_one_line(string what, string settings, string words)
    {
        await using var server = ScriptedServer.Start(connection => ScriptOf(what, connection));
        var address = what == "refused" ? $"127.0.0.1:{RedisServer.FreePort()}" : server.ConnectionString;

        var connecting = await Assert.ThrowsAnyAsync<RedisException>(() => RedisClient.ConnectAsync(address + settings));
        Check(connecting.Message, address, words);

        await using var client = await RedisClient.ConnectAsync(address + settings + ",abortConnect=false,asyncTimeout=400");
        var command = await Assert.ThrowsAsync<RedisConnectionException>(() => client.PingAsync().AsTask());
        Check(command.Message, address, words);
        Assert.Equal(CommandOutcome.NotSent, command.Outcome);
        Check((await Assert.ThrowsAnyAsync<RedisException>(() => client.ExecuteAsync(new RedisCommand("BLPOP", "k", 1)).AsTask())).Message, address, words);

        var subscription = await Assert.ThrowsAsync<RedisConnectionException>(() => client.SubscribeAsync("news"));
        Check(subscription.Message, address, words);
        Assert.StartsWith("SUBSCRIBE was not sent within 400 ms: no connection", subscription.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_does_not_exist_is_named_with_its_reason()
    {
        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => RedisClient.ConnectAsync("no-such-host.invalid:6379"));
        Check(error.Message, "no-such-host.invalid:6379", "");
        Assert.IsType<SocketException>(error.GetBaseException());
    }

    [Fact]
    public async Task Each_end_point_has_its_own_reason_and_a_wrong_password_is_not_hidden_by_one_that_is_away()
    {
        var away = $"127.0.0.1:{RedisServer.FreePort()}";
        var refusing = fixture.Server.ConnectionString;

        var error = await Assert.ThrowsAsync<RedisServerException>(() => RedisClient.ConnectAsync($"{refusing},{away},user=nobody,password={Password}"));

        Assert.Equal(RedisErrorKind.WrongPassword, error.Kind);
        Assert.Equal(
            $"No connection: {refusing}: WRONGPASS invalid username-password pair or user is disabled; {away}: Connection refused.",
            error.Message);
    }

    [Fact]
    public async Task A_reason_that_does_not_change_is_logged_once()
    {
        using var log = new RecordingLogger();
        var connections = 0;
        await using var server = ScriptedServer.Start(async connection =>
        {
            Interlocked.Increment(ref connections);
            await ScriptOf("wrong password", connection);
        });

        await using var client = await RedisClient.ConnectAsync(
            new RedisClientOptions { ConnectionString = server.ConnectionString + ",abortConnect=false", MaxReconnectDelay = TimeSpan.FromMilliseconds(20) }, log);
        await Eventually.TrueAsync(() => Volatile.Read(ref connections) > 10);

        Assert.Single(log.Lines, line => line.Contains("WRONGPASS", StringComparison.Ordinal));
    }

    private static void Check(string message, string address, string words)
    {
        Assert.Contains(address + ": ", message, StringComparison.Ordinal);
        Assert.Contains(words, message, StringComparison.Ordinal);
        Assert.DoesNotContain("..", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
        Assert.DoesNotContain('\r', message);
        Assert.DoesNotContain(Password, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    private static async Task ScriptOf(string what, ScriptedConnection connection)
    {
        if (what == "protected mode")
        {
            await connection.SendAsync($"-{ProtectedMode}\r\n");
            return;
        }

        if (what == "speaks no TLS")
        {
            await connection.SendAsync("-ERR Protocol error: this is no TLS\r\n");
            return;
        }

        while (await connection.ReceiveAsync() is { } command)
        {
            switch (what)
            {
                case "silent":
                    await connection.StareAsync();
                    break;
                case "wrong password":
                    await connection.SendAsync("-WRONGPASS invalid username-password pair or user is disabled.\r\n");
                    break;
                case "no password":
                    await connection.SendAsync("-NOAUTH Authentication required.\r\n");
                    break;
                case "several lines":
                    await connection.SendAsync(command.Name == "SELECT" ? "!13\r\nERR one\r\ntwo.\r\n" : connection.HealthyAnswer(command));
                    break;
                case "knows no HELLO":
                    await connection.SendAsync($"-ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'default' '{Password}' \r\n");
                    break;
                case "resets on HELLO":
                    connection.Reset();
                    return;
                default:
                    return;
            }
        }
    }
}
