using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

using RespClient;

using StackExchange.Redis;

namespace RedisSessionWeb.Hosting.Clients;

/// <summary>A connection string, as RespClient has read it, in the words of StackExchange.Redis: it means the same to both.</summary>
internal static class MultiplexerConfiguration
{
    public static ConfigurationOptions Of(RedisClientOptions options)
    {
        var configuration = new ConfigurationOptions
        {
            User = options.User,
            Password = options.Password,
            DefaultDatabase = options.Database,
            ClientName = options.ClientName,
            Ssl = options.UseTls,
            SslHost = options.Tls?.TargetHost,
            SslProtocols = options.Tls?.EnabledSslProtocols is { } protocols and not SslProtocols.None ? protocols : null,
            CheckCertificateRevocation = options.Tls?.CertificateRevocationCheckMode is X509RevocationMode.Online,
            AbortOnConnectFail = options.AbortOnConnectFail,
            ConnectTimeout = Milliseconds(options.ConnectTimeout),
            AsyncTimeout = Milliseconds(options.CommandTimeout),
            KeepAlive = (int)options.HeartbeatInterval.TotalSeconds,
            Protocol = options.Protocol switch { 2 => RedisProtocol.Resp2, 3 => RedisProtocol.Resp3, _ => null },
            // Reconnects as fast as RespClient does.
            ReconnectRetryPolicy = new LinearRetry(Milliseconds(options.MaxReconnectDelay)),
            // A connection whose replies are out of step is dropped, as in RespClient.
            HighIntegrity = true,
        };
        foreach (var endPoint in options.EndPoints)
        {
            configuration.EndPoints.Add(endPoint);
        }

        return configuration;
    }

    private static int Milliseconds(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? int.MaxValue : (int)time.TotalMilliseconds;
}
