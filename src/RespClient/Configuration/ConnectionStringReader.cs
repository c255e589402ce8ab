using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace RespClient.Configuration;

/// <summary>
/// Reads connection strings. Faults name the option and what is allowed and show no value: a password with a comma or an
/// equals sign in it looks like any other part.
/// </summary>
internal static class ConnectionStringReader
{
    private const int DefaultPort = 6379;

    private static readonly SearchValues<char> Letters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly HashSet<string> Options = new(StringComparer.OrdinalIgnoreCase)
    {
        "user", "username", "password", "defaultDatabase", "database", "db", "name", "clientName", "ssl", "tls", "sslHost", "sslProtocols",
        "abortConnect", "retryReads", "connectTimeout", "asyncTimeout", "syncTimeout", "responseTimeout", "commandTimeout", "keepAlive", "protocol",
        // Other clients' strings are taken as they are: these have no counterpart here and change no outcome.
        "allowAdmin", "connectRetry", "tieBreaker", "configChannel", "configCheckSeconds", "resolveDns", "version", "writeBuffer", "highPriorityThreads",
    };

    /// <exception cref="ArgumentException">The text cannot be read.</exception>
    public static void Read(string text, RedisClientOptions options)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            throw Fault("is empty; give host:port or a redis:// URL");
        }

        options.EndPoints.Clear();
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon > 0 && text.AsSpan(0, colon).IndexOfAnyExcept(Letters) < 0)
        {
            ReadUrl(text, options);
        }
        else
        {
            ReadList(text, options);
        }
    }

    private static void ReadList(string text, RedisClientOptions options)
    {
        var hasPassword = false;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? "" : part[..equals].Trim();
            if (equals >= 0 && IsOption(key))
            {
                Set(options, key, part[(equals + 1)..].Trim());
                hasPassword |= key.Equals("password", StringComparison.OrdinalIgnoreCase);
            }
            else if (hasPassword)
            {
                throw Fault("has something behind the password that is no option; a password with a comma is given in a URL, redis://:…@host:port, with the comma as %2C");
            }
            else if (equals >= 0)
            {
                throw Fault(key.AsSpan().IndexOfAnyExcept(Letters) < 0 ? $"has an option '{key}' that is not known" : "has an option that is not known");
            }
            else
            {
                options.EndPoints.Add(ReadEndPoint(part));
            }
        }
    }

    private static void Set(RedisClientOptions options, string key, string value)
    {
        switch (key.ToUpperInvariant())
        {
            case "USER" or "USERNAME":
                options.User = value;
                break;
            case "PASSWORD":
                options.Password = value;
                break;
            case "DEFAULTDATABASE" or "DATABASE" or "DB":
                options.Database = ReadInt32(key, value, 0, int.MaxValue);
                break;
            case "NAME" or "CLIENTNAME":
                options.ClientName = value;
                break;
            case "SSL" or "TLS":
                options.UseTls = ReadBoolean(key, value);
                break;
            case "SSLHOST":
                Tls(options).TargetHost = value;
                break;
            case "SSLPROTOCOLS":
                Tls(options).EnabledSslProtocols = Enum.TryParse<SslProtocols>(value.Replace('|', ','), ignoreCase: true, out var protocols)
                    ? protocols
                    : throw Fault($"has a value of {key} that is not allowed; allowed are tls12, tls13 and tls12|tls13");
                break;
            case "ABORTCONNECT":
                options.AbortOnConnectFail = ReadBoolean(key, value);
                break;
            case "RETRYREADS":
                options.RetriesReads = ReadBoolean(key, value);
                break;
            case "CONNECTTIMEOUT":
                options.ConnectTimeout = TimeSpan.FromMilliseconds(ReadInt32(key, value, 10, 600_000));
                break;
            case "ASYNCTIMEOUT" or "SYNCTIMEOUT" or "RESPONSETIMEOUT" or "COMMANDTIMEOUT":
                options.CommandTimeout = TimeSpan.FromMilliseconds(ReadInt32(key, value, 10, 3_600_000));
                break;
            case "KEEPALIVE":
                options.HeartbeatInterval = TimeSpan.FromSeconds(ReadInt32(key, value, 1, 3_600));
                break;
            case "PROTOCOL":
                options.Protocol = value.ToUpperInvariant() switch
                {
                    "RESP2" or "2" => 2,
                    "RESP3" or "3" => 3,
                    _ => throw Fault($"has a value of {key} that is not allowed; allowed are resp2 and resp3"),
                };
                break;
        }
    }

    private static bool IsOption(string key) => Options.Contains(key);

    private static void ReadUrl(string text, RedisClientOptions options)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url))
        {
            throw Fault("is not a URL that can be read; escape special characters of the password with %");
        }

        switch (url.Scheme)
        {
            case "redis" or "rediss":
                options.UseTls = url.Scheme == "rediss";
                options.EndPoints.Add(new DnsEndPoint(url.IdnHost.Length > 0 ? url.IdnHost.Trim('[', ']') : "localhost", url.Port > 0 ? url.Port : DefaultPort));
                if (url.AbsolutePath.Trim('/') is { Length: > 0 } database)
                {
                    options.Database = ReadInt32("database", database, 0, int.MaxValue);
                }

                break;
            case "unix":
                options.EndPoints.Add(new UnixDomainSocketEndPoint(Uri.UnescapeDataString(url.AbsolutePath)));
                break;
            default:
                throw Fault("has a scheme that is not known; allowed are redis, rediss and unix");
        }

        var credentials = url.UserInfo.Split(':', 2);
        if (credentials.Length == 2)
        {
            options.User = credentials[0].Length > 0 ? Uri.UnescapeDataString(credentials[0]) : null;
            options.Password = Uri.UnescapeDataString(credentials[1]);
        }
        else if (credentials[0].Length > 0)
        {
            options.User = Uri.UnescapeDataString(credentials[0]);
        }

        foreach (var pair in url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var key = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            if (!IsOption(key))
            {
                throw Fault("has an option behind '?' that is not known");
            }

            Set(options, key, equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]));
        }
    }

    private static EndPoint ReadEndPoint(string text)
    {
        if (text.StartsWith('/') || text.StartsWith("unix:", StringComparison.Ordinal))
        {
            return new UnixDomainSocketEndPoint(text.StartsWith('/') ? text : text["unix:".Length..]);
        }

        if (IPEndPoint.TryParse(text, out var address) && !text.EndsWith(":0", StringComparison.Ordinal))
        {
            return address.Port == 0 ? new IPEndPoint(address.Address, DefaultPort) : address;
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
            : new DnsEndPoint(host, colon < 0 ? DefaultPort : ReadInt32("port", port, 1, 65_535));
    }

    private static SslClientAuthenticationOptions Tls(RedisClientOptions options) => options.Tls ??= new SslClientAuthenticationOptions();

    private static int ReadInt32(string key, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Fault($"has a value of {key} that is not allowed; allowed is {least} to {most}");

    private static bool ReadBoolean(string key, string value) => value.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "ON" or "1" => true,
        "FALSE" or "NO" or "OFF" or "0" => false,
        _ => throw Fault($"has a value of {key} that is not allowed; allowed are true and false"),
    };

    private static ArgumentException Fault(string what) => new($"{nameof(RedisClientOptions.ConnectionString)} {what}.");
}
