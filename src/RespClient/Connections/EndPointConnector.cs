using System.Net;
using System.Net.Security;
using System.Net.Sockets;

using RespClient.Wire;

namespace RespClient.Connections;

/// <summary>Opens sockets: TCP, unix sockets, and TLS over either.</summary>
internal static class EndPointConnector
{
    public static async Task<Stream> OpenAsync(
        EndPoint endPoint, RedisClientOptions options, WaitsOn waiting, CancellationToken cancellationToken)
    {
        var stream = await OpenSocketAsync(endPoint, waiting, cancellationToken);
        if (!options.UseTls)
        {
            return stream;
        }

        var encrypted = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            await encrypted.AuthenticateAsClientAsync(TlsOptions(endPoint, options.Tls), cancellationToken);
            return encrypted;
        }
        catch
        {
            await encrypted.DisposeAsync();
            throw;
        }
    }

    /// <summary>An end point as people write it.</summary>
    public static string Describe(EndPoint endPoint) => endPoint switch
    {
        DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
        UnixDomainSocketEndPoint => $"unix:{endPoint}",
        _ => endPoint.ToString() ?? "",
    };

    private static async Task<Stream> OpenSocketAsync(EndPoint endPoint, WaitsOn waiting, CancellationToken cancellationToken)
    {
        var socket = endPoint switch
        {
            UnixDomainSocketEndPoint => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified),
            IPEndPoint ip => new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
            _ => new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true },
        };
        try
        {
            if (endPoint is not UnixDomainSocketEndPoint)
            {
                // Finds a peer that is gone where nothing else would: while a blocking command waits without end.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            }

            if (waiting == WaitsOn.OwnThread)
            {
                return await SocketStream.ConnectAsync(socket, endPoint, cancellationToken);
            }

            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    internal static SslClientAuthenticationOptions TlsOptions(EndPoint endPoint, SslClientAuthenticationOptions? given)
    {
        var host = endPoint switch
        {
            DnsEndPoint dns => dns.Host,
            IPEndPoint ip => ip.Address.ToString(),
            _ => "localhost",
        };
        if (given is null)
        {
            return new SslClientAuthenticationOptions { TargetHost = host };
        }

        if (!string.IsNullOrEmpty(given.TargetHost))
        {
            return given;
        }

        var filled = new SslClientAuthenticationOptions
        {
            TargetHost = host,
            AllowRenegotiation = given.AllowRenegotiation,
            AllowTlsResume = given.AllowTlsResume,
            ApplicationProtocols = given.ApplicationProtocols,
            CertificateChainPolicy = given.CertificateChainPolicy,
            CertificateRevocationCheckMode = given.CertificateRevocationCheckMode,
            CipherSuitesPolicy = given.CipherSuitesPolicy,
            ClientCertificateContext = given.ClientCertificateContext,
            ClientCertificates = given.ClientCertificates,
            EnabledSslProtocols = given.EnabledSslProtocols,
            EncryptionPolicy = given.EncryptionPolicy,
            LocalCertificateSelectionCallback = given.LocalCertificateSelectionCallback,
            RemoteCertificateValidationCallback = given.RemoteCertificateValidationCallback,
        };
        if (OperatingSystem.IsLinux() || OperatingSystem.IsWindows())
        {
            filled.AllowRsaPkcs1Padding = given.AllowRsaPkcs1Padding;
            filled.AllowRsaPssPadding = given.AllowRsaPssPadding;
        }

        return filled;
    }
}
