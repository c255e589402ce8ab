using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

using StackExchange.Redis;

namespace RespClient.Tests.Configuration;

/// <summary>
/// The same connection strings read by RespClient and by StackExchange.Redis. Each row says which of the outcomes differ on
/// purpose; all others must be the same.
/// </summary>
public sealed class StackExchangeStringTests
{
    private const string Refused = "refused";

    /// <summary>Reads only what the string says: where it says nothing of revocation, .NET's default holds here and a check there.</summary>
    private const string Revocation = "revocation";

    [Theory]
    [InlineData("h")]
    [InlineData("h:1")]
    [InlineData("h:0")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("[::1]:7")]
    [InlineData("[::1]")]
    [InlineData("::1")]
    [InlineData("a:1,b,10.0.0.1")]
    [InlineData("h,,")]
    [InlineData("h , ssl=false")]
    [InlineData("!/run/redis.sock")]
    [InlineData("h,ssl=true", Revocation)]
    [InlineData("h:6379,ssl=true", Revocation)]
    [InlineData("a,b:7,ssl=yes", Revocation)]
    [InlineData("SSL=TRUE,h", Revocation)]
    [InlineData("h,ssl=true,checkCertificateRevocation=true")]
    [InlineData("h,ssl=true,checkCertificateRevocation=false")]
    [InlineData("h,ssl=true,checkCertificateRevocation=true,sslHost=cert.example.com,sslProtocols=tls12|tls13")]
    [InlineData("h,user=u,password=p=w")]
    [InlineData("h,password=a%2Cb")]
    [InlineData("h,password=")]
    [InlineData("h,defaultDatabase=2")]
    [InlineData("h,defaultDatabase=-1")]
    [InlineData("h,asyncTimeout=70")]
    [InlineData("h,syncTimeout=70")]
    [InlineData("h,syncTimeout=70,asyncTimeout=90")]
    [InlineData("h,asyncTimeout=90,syncTimeout=70")]
    [InlineData("h,responseTimeout=70")]
    [InlineData("h,connectTimeout=50")]
    [InlineData("h,abortConnect=false")]
    [InlineData("h,protocol=resp2")]
    [InlineData("h,protocol=3")]
    [InlineData("h,name=web")]
    [InlineData("h,keepAlive=20,allowAdmin=true,connectRetry=5,tieBreaker=,configChannel=,configCheckSeconds=60,resolveDns=true,version=6.0")]
    [InlineData("h,preserveAsyncOrder=true,writeBuffer=1,highPriorityThreads=true,setlib=false,topologyRefreshSeconds=60")]
    [InlineData("h,proxy=None,highIntegrity=false,channelPrefix=,serviceName=,tunnel=")]
    [InlineData("x.redis.cache.windows.net")]
    [InlineData("x.redis.cache.windows.net,abortConnect=true")]
    [InlineData("x.redis.cache.windows.net:6380,ssl=true", Revocation)]
    [InlineData("x.redis.azure.net", Revocation, "protocol")]
    [InlineData("x.redis.azure.net,ssl=false", "protocol")]
    [InlineData("x.eastus.redisenterprise.cache.azure.net:10000", Revocation, "protocol")]
    [InlineData("x.cloud.redislabs.com", "protocol")]
    [InlineData("h:99999")]
    [InlineData("h,foo=1")]
    [InlineData("h,ssl=maybe")]
    [InlineData("h,abortConnect=maybe")]
    [InlineData("h,sslProtocols=foo")]
    [InlineData("h,protocol=4")]
    [InlineData("h,heartbeatInterval=500")]
    [InlineData("")]
    // Refused here, because something would be wrong without a word of it.
    [InlineData("h:x", Refused)]
    [InlineData(":1", Refused)]
    [InlineData("h,password=ab,cd", Refused)]
    [InlineData("h,channelPrefix=a", Refused)]
    [InlineData("h,$CLIENT=", Refused)]
    [InlineData("h,highIntegrity=true", Refused)]
    [InlineData("h,proxy=Twemproxy", Refused)]
    [InlineData("h,serviceName=primary", Refused)]
    [InlineData("h,tunnel=http:proxy.example.com:8080", Refused)]
    [InlineData("h,connectTimeout=0", Refused)]
    [InlineData("h,keepAlive=0", Refused)]
    // Taken here, and unknown or misread there.
    [InlineData("redis://u:p@h:1/2", "endpoints", "user", "password", "database", "refused")]
    [InlineData("unix:/run/redis.sock", "endpoints")]
    [InlineData("h,db=1", Refused)]
    [InlineData("h,tls=true", Refused)]
    [InlineData("h,commandTimeout=70", Refused)]
    [InlineData("h,clientName=web", Refused)]
    [InlineData("h,username=u,password=p", Refused)]
    [InlineData("h,retryReads=false", Refused)]
    public void A_string_means_what_it_means_to_StackExchange_Redis_but_for_what_the_row_names(string text, params string[] differences)
    {
        var (ours, theirs) = (Ours(text), Theirs(text));

        var keys = ours.Keys.Union(theirs.Keys).Where(key => ours.GetValueOrDefault(key, "-") != theirs.GetValueOrDefault(key, "-"));
        if (differences is [Refused])
        {
            Assert.NotEqual(ours.ContainsKey(Refused), theirs.ContainsKey(Refused));
        }
        else
        {
            Assert.Equal(differences.Where(key => key != Refused).Order(), keys.Order());
        }
    }

    private static Dictionary<string, string> Ours(string text)
    {
        try
        {
            var options = new RedisClientOptions { ConnectionString = text };
            return Outcome(
                options.EndPoints, options.UseTls, options.Tls?.TargetHost, options.Tls?.EnabledSslProtocols,
                options.Tls?.CertificateRevocationCheckMode == X509RevocationMode.Online, options.AbortOnConnectFail, (options.User, options.Password),
                options.Database, (options.ConnectTimeout, options.CommandTimeout), (options.Protocol, options.ClientName));
        }
        catch (ArgumentException)
        {
            return new Dictionary<string, string> { [Refused] = "yes" };
        }
    }

    private static Dictionary<string, string> Theirs(string text)
    {
        try
        {
            var options = ConfigurationOptions.Parse(text);
            options.SetDefaultPorts();
            return Outcome(
                options.EndPoints, options.Ssl, options.SslHost, options.SslProtocols, options.CheckCertificateRevocation, options.AbortOnConnectFail,
                (options.User, options.Password), options.DefaultDatabase ?? 0,
                (TimeSpan.FromMilliseconds(options.ConnectTimeout), TimeSpan.FromMilliseconds(options.AsyncTimeout)),
                (options.Protocol switch { RedisProtocol.Resp2 => 2, RedisProtocol.Resp3 => 3, _ => 0 }, options.ClientName));
        }
        catch (ArgumentException)
        {
            return new Dictionary<string, string> { [Refused] = "yes" };
        }
    }

    private static Dictionary<string, string> Outcome(
        IEnumerable<EndPoint> endPoints, bool tls, string? host, SslProtocols? protocols, bool checksRevocation, bool aborts,
        (string? User, string? Password) who, int database, (TimeSpan Connect, TimeSpan Command) timeouts, (int Protocol, string? Name) hello) => new()
    {
        ["endpoints"] = string.Join(' ', endPoints.Select(endPoint => endPoint is DnsEndPoint name ? $"{name.Host}:{name.Port}" : endPoint.ToString())),
        ["tls"] = tls.ToString(),
        ["host"] = host ?? "",
        ["protocols"] = (protocols ?? SslProtocols.None).ToString(),
        [Revocation] = (tls && checksRevocation).ToString(),
        ["abort"] = aborts.ToString(),
        ["user"] = who.User ?? "",
        ["password"] = who.Password ?? "",
        ["database"] = Math.Max(0, database).ToString(CultureInfo.InvariantCulture),
        ["connect"] = timeouts.Connect.ToString(),
        ["command"] = timeouts.Command.ToString(),
        ["protocol"] = hello.Protocol.ToString(CultureInfo.InvariantCulture),
        ["name"] = hello.Name ?? "",
    };
}
