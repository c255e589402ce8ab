using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;

using RespClient.Commands;

using TestServers;

namespace RespClient.Tests.Connections;

public sealed class TlsTests : IAsyncLifetime
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
    public async Task AnEncryptedConnectionCarriesValuesOfEverySize()
    {
        await using var client = await RedisClient.ConnectAsync(Options("localhost"));
        foreach (var size in (int[])[0, 1, 16_384, 1 << 20])
        {
            var value = new byte[size];
            new Random(size).NextBytes(value);
            await client.SetAsync("tls", value);
            Assert.Equal(value, await client.GetAsync("tls"));
        }
    }

    [Fact]
    public async Task AnEncryptedConnectionThatWasLostIsOpenedAgain()
    {
        await using var client = await RedisClient.ConnectAsync(Options("localhost"));
        await _server.CliAsync("CLIENT", "KILL", "TYPE", "NORMAL");
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await client.PingAsync();
                return true;
            }
            catch (RedisConnectionException)
            {
                return false;
            }
        });
    }

    [Fact]
    public async Task ACertificateOfAnUnknownAuthorityIsRefused()
    {
        var options = Options("localhost");
        options.Tls = null;
        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => RedisClient.ConnectAsync(options));
        Assert.Equal(CommandOutcome.NotSent, error.Outcome);
        Assert.IsType<AuthenticationException>(error.InnerException);
    }

    [Fact]
    public async Task ACertificateForAnotherNameIsRefused()
    {
        var options = Options("localhost");
        options.Tls!.TargetHost = "redis.example.com";
        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => RedisClient.ConnectAsync(options));
        Assert.IsType<AuthenticationException>(error.InnerException);
    }

    private RedisClientOptions Options(string host) => new()
    {
        EndPoints = { new DnsEndPoint(host, _tlsPort) },
        UseTls = true,
        Tls = new SslClientAuthenticationOptions { CertificateChainPolicy = _certificates.Trust },
    };
}
