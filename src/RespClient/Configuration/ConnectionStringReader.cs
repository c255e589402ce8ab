using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace RespClient.Configuration;

/// <summary>
/// Reads connection strings. Faults name the option and what is allowed and show no value: a password with a comma or an
/// equals sign in it looks like any other part.
/// </summary>
internal sealed class ConnectionStringReader
{
    private const int DefaultPort = 6379;
    private const int DefaultTlsPort = 6380;

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly HashSet<string> Options = new(StringComparer.OrdinalIgnoreCase)
    {
        "user", "username", "password", "defaultDatabase", "database", "db", "name", "clientName", "ssl", "tls", "sslHost", "sslProtocols",
        "checkCertificateRevocation", "abortConnect", "retryReads", "connectTimeout", "asyncTimeout", "syncTimeout", "commandTimeout", "keepAlive",
        "protocol",
        // Would change what an application sees, and cannot be had here: refused, each by its name.
        "channelPrefix", "highIntegrity", "proxy", "tunnel", "serviceName", "sentinelUser", "sentinelPassword",
        // Other clients' strings are taken as they are: these have no counterpart here and change no outcome.
        "allowAdmin", "connectRetry", "tieBreaker", "configChannel", "configCheckSeconds", "topologyRefreshSeconds", "resolveDns", "version",
        "writeBuffer", "highPriorityThreads", "preserveAsyncOrder", "responseTimeout", "setlib",
    };

    // Hosts of Azure Managed Redis, which speaks TLS only; of Azure Cache for Redis; of Redis Cloud. There, a server that
    // does not answer at the start is expected to come: it is being scaled or replaced.
    private static readonly string[] TlsDomains =
    [
        ".redis.azure.net", ".redis.chinacloudapi.cn", ".redis.usgovcloudapi.net", ".redis.sovcloud-api.de", ".redis.sovcloud-api.fr",
        ".redisenterprise.cache.azure.net",
    ];

    private static readonly string[] CloudDomains =
    [
        .. TlsDomains, ".redis.cache.windows.net", ".redis.cache.chinacloudapi.cn", ".redis.cache.usgovcloudapi.net",
        ".redis.cache.sovcloud-api.de", ".redis.cache.sovcloud-api.fr", ".cloud.redislabs.com", ".cloud.redis.io", ".redislabs.com",
    ];

    private readonly RedisClientOptions _options;
    private bool _saysTls, _saysAbort, _saysAsyncTimeout;

    private ConnectionStringReader(RedisClientOptions options) => _options = options;

    /// <exception cref="ArgumentException">The text cannot be read.</exception>
    public static void Read(string text, RedisClientOptions options)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw Fault("is empty; give host:port or a redis:// URL");
        }

        options.EndPoints.Clear();
        var reader = new ConnectionStringReader(options);
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon > 0 && text.AsSpan(0, colon).IndexOfAnyExcept(Letters) < 0)
        {
            reader.ReadUrl(text);
        }
        else
        {
            reader.ReadList(text);
        }

        reader.FillIn();
    }

    // What the text leaves open.
    private void FillIn()
    {
        _options.UseTls |= !_saysTls && HasHostIn(TlsDomains);
        if (!_saysAbort && HasHostIn(CloudDomains))
        {
            _options.AbortOnConnectFail = false;
        }

        var port = _options.UseTls ? DefaultTlsPort : DefaultPort;
        for (var i = 0; i < _options.EndPoints.Count; i++)
        {
            _options.EndPoints[i] = _options.EndPoints[i] switch
            {
                DnsEndPoint { Port: 0 } name => new DnsEndPoint(name.Host, port),
                IPEndPoint { Port: 0 } address => new IPEndPoint(address.Address, port),
                var endPoint => endPoint,
            };
        }
    }

    private bool HasHostIn(string[] domains) => _options.EndPoints.OfType<DnsEndPoint>().Any(
        endPoint => domains.Any(domain => endPoint.Host.EndsWith(domain, StringComparison.OrdinalIgnoreCase)));

    private void ReadList(string text)
    {
        var hasPassword = false;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? "" : part[..equals].Trim();
            if (equals >= 0 && IsOption(key))
            {
                Set(key, part[(equals + 1)..].Trim());
                hasPassword |= key.Equals("password", StringComparison.OrdinalIgnoreCase);
            }
            else if (hasPassword)
            {
                throw Fault("has something behind the password that is no option; a password with a comma is given in a URL, redis://:…@host:port, with the comma as %2C");
            }
            else if (equals >= 0)
            {
                throw Fault(key.AsSpan().IndexOfAnyExcept(Letters) < 0 ? $"has an option '{key}' that is not known"
                    : key[0] == '$' && key.AsSpan(1).IndexOfAnyExcept(Letters) < 0 ? $"renames a command with '{key}', which cannot be done here"
                    : "has an option that is not known");
            }
            else
            {
                _options.EndPoints.Add(ReadEndPoint(part));
            }
        }
    }

    private void Set(string key, string value)
    {
        switch (key.ToUpperInvariant())
        {
            case "USER" or "USERNAME":
                _options.User = value;
                break;
            case "PASSWORD":
                _options.Password = value;
                break;
            case "DEFAULTDATABASE" or "DATABASE" or "DB":
                _options.Database = value == "-1" ? 0 : ReadInt32(key, value, 0, int.MaxValue);
                break;
            case "NAME" or "CLIENTNAME":
                _options.ClientName = value;
                break;
            case "SSL" or "TLS":
                (_options.UseTls, _saysTls) = (ReadBoolean(key, value), true);
                break;
            case "SSLHOST":
                Tls.TargetHost = value;
                break;
            case "SSLPROTOCOLS":
                Tls.EnabledSslProtocols = Enum.TryParse<SslProtocols>(value.Replace('|', ','), ignoreCase: true, out var protocols)
                    ? protocols
                    : throw Fault($"has a value of {key} that is not allowed; allowed: tls12, tls13 and tls12|tls13");
                break;
            case "CHECKCERTIFICATEREVOCATION":
                Tls.CertificateRevocationCheckMode = ReadBoolean(key, value) ? X509RevocationMode.Online : X509RevocationMode.NoCheck;
                break;
            case "ABORTCONNECT":
                (_options.AbortOnConnectFail, _saysAbort) = (ReadBoolean(key, value), true);
                break;
            case "RETRYREADS":
                _options.RetriesReads = ReadBoolean(key, value);
                break;
            case "CONNECTTIMEOUT":
                _options.ConnectTimeout = TimeSpan.FromMilliseconds(ReadInt32(key, value, 10, 600_000));
                break;
            case "ASYNCTIMEOUT" or "COMMANDTIMEOUT":
                (_options.CommandTimeout, _saysAsyncTimeout) = (ReadTimeout(key, value), true);
                break;
            case "SYNCTIMEOUT":
                // That of asynchronous commands too, unless they have one of their own.
                var timeout = ReadTimeout(key, value);
                _options.CommandTimeout = _saysAsyncTimeout ? _options.CommandTimeout : timeout;
                break;
            case "KEEPALIVE":
                _options.HeartbeatInterval = TimeSpan.FromSeconds(ReadInt32(key, value, 1, 3_600));
                break;
            case "PROTOCOL":
                _options.Protocol = value.ToUpperInvariant() switch
                {
                    "RESP2" or "2" => 2,
                    "RESP3" or "3" => 3,
                    _ => throw Fault($"has a value of {key} that is not allowed; allowed: resp2 and resp3"),
                };
                break;
            default:
                RefuseWhatCannotBeHad(key, value);
                break;
        }
    }

    private static void RefuseWhatCannotBeHad(string key, string value)
    {
        switch (key.ToUpperInvariant())
        {
            case "CHANNELPREFIX" or "TUNNEL" when value.Length > 0:
                throw Fault($"has {key}, which is not supported; leave it out");
            case "SERVICENAME" or "SENTINELUSER" or "SENTINELPASSWORD" when value.Length > 0:
                throw Fault($"has {key}, but Sentinel is not asked; give the end points of the servers");
            case "PROXY" when !value.Equals("None", StringComparison.OrdinalIgnoreCase):
                throw Fault($"has a {key}, which is not supported; allowed: None");
            case "HIGHINTEGRITY" when ReadBoolean(key, value):
                throw Fault($"has {key}, which is not supported; leave it out: replies are checked in another way");
        }
    }

    private static bool IsOption(string key) => Options.Contains(key);

    private void ReadUrl(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            throw Fault("is not a URL that can be read; escape special characters of the password with %");
        }

        switch (url.Scheme)
        {
            case "redis" or "rediss":
                (_options.UseTls, _saysTls) = (url.Scheme == "rediss", true);
                _options.EndPoints.Add(new DnsEndPoint(url.IdnHost.Length > 0 ? url.IdnHost.Trim('[', ']') : "localhost", url.Port > 0 ? url.Port : DefaultPort));
                if (url.AbsolutePath.Trim('/') is { Length: > 0 } database)
                {
                    _options.Database = ReadInt32("database", database, 0, int.MaxValue);
                }

                break;
            case "unix":
                _options.EndPoints.Add(new UnixDomainSocketEndPoint(Uri.UnescapeDataString(url.AbsolutePath)));
                break;
            default:
                throw Fault("has a scheme that is not known; allowed: redis, rediss and unix");
        }

        var credentials = url.UserInfo.Split(':', 2);
        if (credentials.Length == 2)
        {
            _options.User = credentials[0].Length > 0 ? Uri.UnescapeDataString(credentials[0]) : null;
            _options.Password = Uri.UnescapeDataString(credentials[1]);
        }
        else if (credentials[0].Length > 0)
        {
            _options.User = Uri.UnescapeDataString(credentials[0]);
        }

        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var key = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            if (!IsOption(key))
            {
                throw Fault("has an option behind '?' that is not known");
            }

            Set(key, equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]));
        }
    }

    private static EndPoint ReadEndPoint(string text)
    {
        foreach (var mark in (string[])["!", "unix:"])
        {
            if (text.StartsWith(mark + "/", StringComparison.Ordinal))
            {
                text = text[mark.Length..];
            }
        }

        if (text.StartsWith('/'))
        {
            return new UnixDomainSocketEndPoint(text);
        }

        if (IPEndPoint.TryParse(text, out var address))
        {
            return address;
        }

        var colon = text.LastIndexOf(':');
        var host = colon < 0 ? text : text[..colon];
        if (host.Length == 0 || host.AsSpan().ContainsAny(" @/"))
        {
            throw Fault("has an end point that is not host:port; credentials are given as user=…,password=…");
        }

        var port = colon < 0 ? "" : text[(colon + 1)..];
        return port.AsSpan().ContainsAnyExceptInRange('0', '9')
            ? throw Fault("has an end point whose port is not a number")
            : new DnsEndPoint(host, colon < 0 ? 0 : ReadInt32("port", port, 0, 65_535));
    }

    private SslClientAuthenticationOptions Tls => _options.Tls ??= new SslClientAuthenticationOptions();

    private static TimeSpan ReadTimeout(string key, string value) => TimeSpan.FromMilliseconds(ReadInt32(key, value, 10, 3_600_000));

    private static int ReadInt32(string key, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Fault($"has a value of {key} that is not allowed; allowed: {least} to {most}");

    private static bool ReadBoolean(string key, string value) => value.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" or "1" => true,
        "FALSE" or "NO" or "OFF" or "0" => false,
        _ => throw Fault($"has a value of {key} that is not allowed; allowed: true and false"),
    };

    private static ArgumentException Fault(string what) => new($"{nameof(RedisClientOptions.ConnectionString)} {what}.");
}
