using System.Net;
using System.Net.Security;

using RespClient.Configuration;
using RespClient.Protocol;

namespace RespClient;

/// <summary>How a <see cref="RedisClient"/> connects and what it bears. Checked when the client is created.</summary>
public sealed class RedisClientOptions
{
    private string? _connectionString;

    /// <summary>
    /// Sets the other options from text: <c>host:port,password=…,ssl=true</c> as other clients write it, or a
    /// <c>redis://</c>, <c>rediss://</c> or <c>unix://</c> URL. What it names replaces what was set before it.
    /// Reading it gives back what was set, secrets included: do not log it.
    /// </summary>
    /// <exception cref="ArgumentException">It cannot be read; the message never has the password.</exception>
    public string? ConnectionString
    {
        get => _connectionString;
        set
        {
            ConnectionStringReader.Read(value ?? "", this);
            _connectionString = value;
        }
    }

    /// <summary>
    /// The servers, tried in turn until one answers: <see cref="DnsEndPoint"/>, <see cref="IPEndPoint"/> or
    /// <see cref="System.Net.Sockets.UnixDomainSocketEndPoint"/>. Default: none, which means <c>localhost:6379</c>.
    /// </summary>
    public IList<EndPoint> EndPoints { get; } = [];

    /// <summary>The ACL user; <see langword="null"/>: the server's default user.</summary>
    public string? User { get; set; }

    /// <summary>The password; <see langword="null"/>: none is sent.</summary>
    public string? Password { get; set; }

    /// <summary>The database to select, 0 (the default) or more.</summary>
    public int Database { get; set; }

    /// <summary>The name that <c>CLIENT LIST</c> shows: printable ASCII without spaces. <see langword="null"/>: none.</summary>
    public string? ClientName { get; set; }

    /// <summary>Whether connections are encrypted with TLS. Default: false.</summary>
    public bool UseTls { get; set; }

    /// <summary>
    /// Trust, client certificates and protocol versions for TLS. <see langword="null"/> (the default): the system's
    /// trust, and the end point's host name. An empty target host is filled with the end point's.
    /// </summary>
    public SslClientAuthenticationOptions? Tls { get; set; }

    /// <summary>2 or 3 to insist on a version of the protocol; 0 (the default): 3 where the server knows it.</summary>
    public int Protocol { get; set; }

    /// <summary>How long opening a connection may take, handshake included. Default 5 s, range 10 ms to 10 min.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a command waits for its reply, from the call on. Default 5 s, range 10 ms to 1 h, or infinite.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// An idle connection is pinged this often, and one that owes replies and sends nothing for this long (or for the
    /// longest time-out of the commands that wait for it, if that is longer) is closed as dead. Default 10 s, range
    /// 100 ms to 1 h.
    /// </summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many commands may wait to be sent, connected or not. Default 65,536, at least 1.</summary>
    public int MaxBacklogCommands { get; set; } = 65_536;

    /// <summary>How many bytes may wait to be sent, connected or not. Default 16 MiB, at least 1 KiB.</summary>
    public int MaxBacklogBytes { get; set; } = 16 << 20;

    /// <summary>The longest pause between attempts to connect; the first are much shorter. Default 1 s, range 10 ms to 10 min.</summary>
    public TimeSpan MaxReconnectDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Whether <see cref="RedisClient.ConnectAsync(string, CancellationToken)"/> fails when no server answers (true, the
    /// default) or returns a client that goes on trying.
    /// </summary>
    public bool AbortOnConnectFail { get; set; } = true;

    /// <summary>
    /// Whether commands that only read are sent again on the next connection, inside their time-outs, when the shared
    /// one was lost before the reply. Default: true. Other commands, and reads into a caller's buffer, are never sent
    /// twice.
    /// </summary>
    public bool RetriesReads { get; set; } = true;

    /// <summary>How large a reply may be.</summary>
    public RespLimits ReplyLimits { get; set; } = RespLimits.Default;

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;
}
