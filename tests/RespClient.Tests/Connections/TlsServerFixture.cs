using System.Globalization;
using System.Net;
using System.Net.Security;

using TestServers;

namespace RespClient.Tests.Connections;

/// <summary>A server that speaks TLS too, with a certificate of the test's own authority for <c>localhost</c>.</summary>
public sealed class TlsServerFixture : IAsyncLifetime
{
    private readonly TestCertificates _certificates = new();

    public int Port { get; } = RedisServer.FreePort();

    public RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync(
        "--tls-port", Port.ToString(CultureInfo.InvariantCulture),
        "--tls-cert-file", _certificates.CertificateFile,
        "--tls-key-file", _certificates.KeyFile,
        "--tls-ca-cert-file", _certificates.AuthorityFile,
        "--tls-auth-clients", "no");

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _certificates.Dispose();
    }

    /// <summary>Options that trust the authority and no other.</summary>
    /// <param name="port">The server's, or that of a proxy before it.</param>
    public RedisClientOptions Options(int port) => new()
    {
        EndPoints = { new DnsEndPoint("localhost", port) },
        UseTls = true,
        Tls = new SslClientAuthenticationOptions { CertificateChainPolicy = _certificates.Trust },
    };
}
