using System.Net;

using RespClient.Tests.Connections;

using TestServers;
using TestServers.Proxy;
using TestServers.Scripted;

namespace RespClient.Tests.Faults.Network;

/// <summary>A bad network under TLS, and TLS where the other side speaks none.</summary>
public sealed class TlsFaultTests(TlsServerFixture fixture) : IClassFixture<TlsServerFixture>
{
    [Fact]
    public async Task Tls_connection_cut_in_the_middle_of_a_reply_is_outcome_unknown_and_the_next_one_serves()
    {
        await using var proxy = FaultProxy.Start(fixture.Port);
        await using var client = await RedisClient.ConnectAsync(Options(proxy.Port));
        var value = new byte[100_000];
        new Random(5).NextBytes(value);
        await client.ExecuteAsync(new RedisCommand("SET", "large", value));
        foreach (var bytes in (int[])[1, 5, 6, 100, 16_384, 16_500, 99_000])
        {
            await Eventually.TrueAsync(() => AnswersAsync(client));
            proxy.CutAfter(bytes, Direction.ToClient);
            var lost = await Assert.ThrowsAsync<RedisConnectionException>(() => client.ExecuteAsync(new RedisCommand("GET", "large")).AsTask());
            Assert.Equal(CommandOutcome.OutcomeUnknown, lost.Outcome);
            proxy.Heal();
        }

        await Eventually.TrueAsync(() => AnswersAsync(client));
        Assert.Equal(value, (await client.ExecuteAsync(new RedisCommand("GET", "large"))).AsBytes());
    }

    [Fact]
    public async Task Tls_handshake_cut_anywhere_is_tried_again_until_the_network_is_good()
    {
        await using var proxy = FaultProxy.Start(fixture.Port);
        foreach (var bytes in (int[])[1, 5, 50, 500, 1500])
        {
            proxy.CutAfter(bytes, Direction.ToClient);
            var options = Options(proxy.Port);
            options.AbortOnConnectFail = false;
            await using var client = await RedisClient.ConnectAsync(options);
            var waiting = client.ExecuteAsync(new RedisCommand("ECHO", "there")).AsTask();
            proxy.Heal();
            Assert.Equal("there", (await waiting).AsString());
        }
    }

    [Fact]
    public async Task Tls_over_a_trickling_network_only_takes_longer()
    {
        await using var proxy = FaultProxy.Start(fixture.Port);
        proxy.Trickle(97, TimeSpan.FromMilliseconds(1));
        await using var client = await RedisClient.ConnectAsync(Options(proxy.Port));
        var text = new string('x', 5000);
        Assert.Equal(text, (await client.ExecuteAsync(new RedisCommand("ECHO", text))).AsString());
    }

    [Fact]
    public async Task Tls_client_of_a_server_without_tls_fails_the_connect_and_does_not_hang()
    {
        var options = Options(fixture.Server.Port);
        options.ConnectTimeout = TimeSpan.FromSeconds(1);
        var failed = await Assert.ThrowsAsync<RedisConnectionException>(
            () => RedisClient.ConnectAsync(options).WaitAsync(TimeSpan.FromSeconds(8)));
        Assert.Equal(CommandOutcome.NotSent, failed.Outcome);
    }

    [Fact]
    public async Task Plain_client_of_a_tls_server_fails_the_connect_and_does_not_hang()
    {
        var options = new RedisClientOptions
        {
            EndPoints = { new IPEndPoint(IPAddress.Loopback, fixture.Port) },
            ConnectTimeout = TimeSpan.FromSeconds(1),
        };
        await Assert.ThrowsAnyAsync<RedisException>(
            () => RedisClient.ConnectAsync(options).WaitAsync(TimeSpan.FromSeconds(8)));
    }

    [Fact]
    public async Task Server_that_answers_tls_with_rubbish_fails_the_connect()
    {
        await using var server = ScriptedServer.Start(async connection =>
        {
            await connection.SendAsync("+OK this is no TLS\r\n");
            await connection.StareAsync();
        });
        var options = Options(server.Port);
        options.ConnectTimeout = TimeSpan.FromSeconds(2);
        var failed = await Assert.ThrowsAsync<RedisConnectionException>(() => RedisClient.ConnectAsync(options));
        Assert.Equal(CommandOutcome.NotSent, failed.Outcome);
    }

    private RedisClientOptions Options(int port)
    {
        var options = fixture.Options(port);
        options.RetriesReads = false;
        return options;
    }

    private static async ValueTask<bool> AnswersAsync(RedisClient client)
    {
        try
        {
            await client.ExecuteAsync(new RedisCommand("ECHO", "probe"));
            return true;
        }
        catch (RedisException)
        {
            return false;
        }
    }
}
