using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace RespClient.Tests.Configuration;

public sealed class ConnectionStringTests
{
    [Fact]
    public void A_list_names_end_points_and_options()
    {
        var options = Read("one.example.com:7000, two.example.com,10.0.0.1:7001,[::1]:7002,user=app,password=p=w,defaultDatabase=3,name=web,"
            + "ssl=true,sslHost=cert.example.com,sslProtocols=tls12|tls13,abortConnect=false,connectTimeout=1500,asyncTimeout=700,keepAlive=20,protocol=resp2,allowAdmin=true");
        Assert.Equal(
            [new DnsEndPoint("one.example.com", 7000), new DnsEndPoint("two.example.com", 6380), IPEndPoint.Parse("10.0.0.1:7001"), IPEndPoint.Parse("[::1]:7002")],
            options.EndPoints);
        Assert.Equal(("app", "p=w", 3, "web", true), (options.User, options.Password, options.Database, options.ClientName, options.UseTls));
        Assert.Equal("cert.example.com", options.Tls!.TargetHost);
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, options.Tls.EnabledSslProtocols);
        Assert.False(options.AbortOnConnectFail);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), options.ConnectTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(700), options.CommandTimeout);
        Assert.Equal(TimeSpan.FromSeconds(20), options.HeartbeatInterval);
        Assert.Equal(2, options.Protocol);
    }

    [Theory]
    [InlineData("redis://db.example.com", "db.example.com", 6379, false)]
    [InlineData("redis://db.example.com:7000/", "db.example.com", 7000, false)]
    [InlineData("rediss://db.example.com:7000", "db.example.com", 7000, true)]
    public void A_url_names_the_server_and_whether_it_is_encrypted(string url, string host, int port, bool tls)
    {
        var options = Read(url);
        Assert.Equal(new DnsEndPoint(host, port), Assert.Single(options.EndPoints));
        Assert.Equal(tls, options.UseTls);
    }

    [Fact]
    public void A_url_carries_user_password_database_and_options()
    {
        var options = Read("redis://app:p%40ss%3Aw%2Cord@db.example.com:7000/5?name=web&commandTimeout=900");
        Assert.Equal(("app", "p@ss:w,ord", 5, "web"), (options.User, options.Password, options.Database, options.ClientName));
        Assert.Equal(TimeSpan.FromMilliseconds(900), options.CommandTimeout);
        Assert.Null(Read("redis://:secret@db.example.com").User);
        Assert.Equal("a:b", Read("redis://app:a:b@db.example.com").Password);
    }

    [Theory]
    [InlineData("unix:///run/redis.sock")]
    [InlineData("/run/redis.sock,db=2")]
    [InlineData("unix:/run/redis.sock")]
    public void A_unix_socket_is_named_by_its_path(string text) =>
        Assert.Equal("/run/redis.sock", Assert.IsType<UnixDomainSocketEndPoint>(Assert.Single(Read(text).EndPoints)).ToString());

    [Fact]
    public void Each_way_to_name_an_option_sets_it_and_what_has_no_counterpart_sets_nothing()
    {
        Assert.All((string[])["asyncTimeout", "syncTimeout", "commandTimeout"], name =>
            Assert.Equal(TimeSpan.FromMilliseconds(700), Read($"localhost,{name}=700").CommandTimeout));
        Assert.All((string[])["defaultDatabase", "database", "db"], name => Assert.Equal(3, Read($"localhost,{name}=3").Database));
        Assert.All((string[])["user", "username"], name => Assert.Equal("app", Read($"localhost,{name}=app").User));
        Assert.All((string[])["name", "clientName"], name => Assert.Equal("web", Read($"localhost,{name}=web").ClientName));
        Assert.All((string[])["ssl", "tls"], name => Assert.True(Read($"localhost,{name}=true").UseTls));
        Assert.False(Read("localhost,retryReads=false").RetriesReads);
        var other = Read("localhost,allowAdmin=true,connectRetry=7,tieBreaker=t,configChannel=c,configCheckSeconds=9,resolveDns=true,version=7.0,writeBuffer=1,highPriorityThreads=true");
        Assert.All(typeof(RedisClientOptions).GetProperties().Where(property => property.Name is not ("ConnectionString" or "EndPoints")), property =>
            Assert.Equal(property.GetValue(Read("localhost")), property.GetValue(other)));

        var twice = Read("one:1");
        twice.ConnectionString = "two:2";
        Assert.Equal(new DnsEndPoint("two", 2), Assert.Single(twice.EndPoints));
    }

    [Theory]
    [InlineData("connectTimeout", 10, 600_000)]
    [InlineData("asyncTimeout", 10, 3_600_000)]
    [InlineData("keepAlive", 1, 3_600)]
    public void Numbers_of_a_connection_string_are_taken_at_their_bounds_and_not_beyond(string name, long least, long most)
    {
        Read($"localhost,{name}={least}");
        Read($"localhost,{name}={most}");
        Assert.Throws<ArgumentException>(() => Read($"localhost,{name}={least - 1}"));
        Assert.Throws<ArgumentException>(() => Read($"localhost,{name}={most + 1}"));
        Assert.Equal(65_535, ((DnsEndPoint)Read("localhost:65535").EndPoints[0]).Port);
        Assert.Throws<ArgumentException>(() => Read("localhost:65536"));
    }

    [Fact]
    public void Options_set_after_the_connection_string_win()
    {
        var options = new RedisClientOptions { ConnectionString = "localhost,asyncTimeout=700", CommandTimeout = TimeSpan.FromSeconds(9) };
        Assert.Equal(TimeSpan.FromSeconds(9), options.CommandTimeout);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("localhost:65536", "a value of port that is not allowed; allowed: 0 to 65535")]
    [InlineData("localhost,channelPrefix=a", "has channelPrefix, which is not supported; leave it out")]
    [InlineData("localhost,tunnel=http:proxy.example.com:8080", "has tunnel, which is not supported")]
    [InlineData("localhost,serviceName=primary", "has serviceName, but Sentinel is not asked")]
    [InlineData("localhost,proxy=Twemproxy", "has a proxy, which is not supported; allowed: None")]
    [InlineData("localhost,highIntegrity=true", "has highIntegrity, which is not supported; leave it out: replies are checked in another way")]
    [InlineData("localhost,$CLIENT=", "renames a command with '$CLIENT', which cannot be done here")]
    [InlineData("localhost:port", "not a number")]
    [InlineData("localhost,colour=red", "'colour'")]
    [InlineData("localhost,ssl=perhaps", "a value of ssl that is not allowed; allowed: true and false")]
    [InlineData("localhost,connectTimeout=1", "a value of connectTimeout that is not allowed; allowed: 10 to 600000")]
    [InlineData("localhost,protocol=resp9", "allowed: resp2 and resp3")]
    [InlineData("http://localhost", "allowed: redis, rediss and unix")]
    [InlineData("redis://localhost/x", "a value of database that is not allowed")]
    public void A_mistake_is_named_with_the_option_and_what_is_allowed(string text, string expected)
    {
        var error = Assert.Throws<ArgumentException>(() => Read(text));
        Assert.StartsWith("ConnectionString ", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost:x,password=hunter2")]
    [InlineData("localhost:hunter2")]
    [InlineData("app:hunter2@localhost:6379")]
    [InlineData("localhost,app:hunter2=x")]
    [InlineData("localhost,password=hunter2,ssl=perhaps")]
    [InlineData("redis://app:hunter2@local host")]
    [InlineData("redis://app:hunter2@localhost/x")]
    [InlineData("localhost,password=abc,hunter2")]
    [InlineData("localhost,password=abc,hunter2:6379")]
    [InlineData("localhost,password=abc,hunter2=1")]
    [InlineData("localhost,password=abc,name=x,hunter2=1")]
    [InlineData("localhost,keepAlive=hunter2")]
    [InlineData("localhost,sslProtocols=hunter2")]
    [InlineData("redis://localhost?hunter2=1")]
    [InlineData("hunter2://localhost")]
    public void No_message_ever_contains_the_password(string text) =>
        Assert.DoesNotContain("hunter2", Assert.Throws<ArgumentException>(() => Read(text)).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_password_with_a_comma_is_asked_for_as_a_url_and_nothing_is_connected_to()
    {
        var error = Assert.Throws<ArgumentException>(() => Read("localhost,password=ab,cd"));
        Assert.Contains("a password with a comma is given in a URL", error.Message, StringComparison.Ordinal);

        Assert.Equal("ab,cd", Read("redis://:ab%2Ccd@localhost:6379").Password);
    }

    private static RedisClientOptions Read(string text) => new() { ConnectionString = text };
}
