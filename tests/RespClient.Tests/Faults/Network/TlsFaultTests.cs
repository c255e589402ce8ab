using System.Globalization;
using System.Net;
using System.Net.Security;
using RespClient.Tests.Connections;
using TestServers;
using TestServers.Proxy;
using TestServers.Scripted;

namespace RespClient.Tests.Faults.Network;

/// <summary>A bad network under TLS, and TLS where the other side speaks none.</summary>
public sealed class TlsFaultTests : IAsyncLifetime
{
    private readonly TestCertificates _certificates = new();
    private readonly int _tlsPort = RedisServer.FreePort();
    private RedisServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync(
        "--tls-port", _tlsPort.ToString(CultureInfo.InvariantCulture),
        "--tls-cert-file", _certificates.CertificateFile,
        "--tls-key-file", _certificates.KeyFile,
        "--tls-ca-cert-file", _certificates.AuthorityFile,
        "--tls-auth-clients", "no");

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _certificates.Dispose();
    }

    [Fact]
    public async Task TlsConnectionCutInTheMiddleOfAReplyIsOutcomeUnknownAndTheNextOneServes()
    {
        await using var proxy = FaultProxy.Start(_tlsPort);
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
    public async Task TlsHandshakeCutAnywhereIsTriedAgainUntilTheNetworkIsGood()
    {
        await using var proxy = FaultProxy.Start(_tlsPort);
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
    public async Task TlsOverATricklingNetworkOnlyTakesLonger()
    {
        await using var proxy = FaultProxy.Start(_tlsPort);
        proxy.Trickle(97, TimeSpan.FromMilliseconds(1));
        await using var client = await RedisClient.ConnectAsync(Options(proxy.Port));
        var text = new string('x', 5000);
        Assert.Equal(text, (await client.ExecuteAsync(new RedisCommand("ECHO", text))).AsString());
    }

    [Fact]
    public async Task TlsClientOfAServerWithoutTlsFailsTheConnectAndDoesNotHang()
    {
        var options = Options(_server.Port);
        options.ConnectTimeout = TimeSpan.FromSeconds(1);
        var failed = await Assert.ThrowsAsync<RedisConnectionException>(
            () => RedisClient.ConnectAsync(options).WaitAsync(TimeSpan.FromSeconds(8)));
        Assert.Equal(CommandOutcome.NotSent, failed.Outcome);
    }

    [Fact]
    public async Task PlainClientOfATlsServerFailsTheConnectAndDoesNotHang()
    {
        var options = new RedisClientOptions
        {
            EndPoints = { new IPEndPoint(IPAddress.Loopback, _tlsPort) },
            ConnectTimeout = TimeSpan.FromSeconds(1),
        };
        await Assert.ThrowsAnyAsync<RedisException>(
            () => RedisClient.ConnectAsync(options).WaitAsync(TimeSpan.FromSeconds(8)));
    }

    [Fact]
    public async Task ServerThatAnswersTlsWithRubbishFailsTheConnect()
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

    private RedisClientOptions Options(int port) => new()
    {
        RetriesReads = false,
        EndPoints = { new DnsEndPoint("localhost", port) },
        UseTls = true,
        Tls = new SslClientAuthenticationOptions { CertificateChainPolicy = _certificates.Trust },
    };

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
