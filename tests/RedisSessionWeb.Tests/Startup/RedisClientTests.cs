using System.Net;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using RedisSessionWeb.Hosting.Clients;
using RedisSessionWeb.Tests.Architecture;
using RedisSessionWeb.Tests.Host;

using RespClient;

using StackExchange.Redis;

using TestServers;

namespace RedisSessionWeb.Tests.Startup;

/// <summary>Which Redis is used, and by which client: <c>Redis:Client</c> and <c>Redis:ConnectionString</c>.</summary>
public sealed class RedisClientTests
{
    [Theory]
    [InlineData("127.0.0.1:6379")]
    [InlineData("named:1", "ConnectionStrings:Redis=named:1")]
    [InlineData("own:2", "ConnectionStrings:Redis=named:1", "Redis:ConnectionString=own:2")]
    public async Task The_servers_are_those_of_the_own_setting_or_of_the_connection_string_named_redis_or_this_machine(
        string expected, params string[] settings)
    {
        await using var app = Program.Build(
            ["--contentRoot=" + SourceTree.Root, "--environment=Development", .. settings.Select(setting => "--" + setting)]);

        Assert.Equal(expected, app.Services.GetRequiredService<IOptions<RedisClientOptions>>().Value.ConnectionString);
    }

    [Theory]
    [InlineData("h:7")]
    [InlineData("a:1,b:2,user=u,password=p,name=web,defaultDatabase=3,abortConnect=false,connectTimeout=700,asyncTimeout=800,keepAlive=7")]
    [InlineData("h:7,ssl=true,sslHost=cert.example.com,sslProtocols=tls12|tls13,checkCertificateRevocation=false")]
    [InlineData("h:7,ssl=true,checkCertificateRevocation=true,protocol=resp3")]
    public void A_connection_string_means_to_either_client_what_StackExchange_Redis_reads_in_it(string text)
    {
        var translated = MultiplexerConfiguration.Of(new RedisClientOptions { ConnectionString = text });

        Assert.True(translated.HighIntegrity);
        translated.HighIntegrity = false;
        var theirs = ConfigurationOptions.Parse(text);
        Assert.Equal(Describe(theirs), Describe(translated));
    }

    [Theory]
    [InlineData("RespClient")]
    [InlineData("StackExchange.Redis")]
    public async Task Over_either_client_the_application_starts_without_redis_serves_fails_clearly_and_recovers_with_the_same_cookie(string client)
    {
        await using var redis = await RedisServer.StartAsync("--appendonly", "yes");
        await redis.KillAsync();
        await using var app = await RunningApp.StartAsync(
            redis.ConnectionString + ",abortConnect=false,connectTimeout=300", [.. AppFixture.Settings, "Redis:Client=" + client]);
        using var probe = app.CreateClient();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await probe.GetAsync("/healthz/ready")).StatusCode);

        await redis.StartAgainAsync();

        await Eventually.TrueAsync(async () => (await probe.GetAsync("/healthz/ready")).StatusCode == HttpStatusCode.OK);
        using var visit = new Visit(app);
        await visit.RegisterAsync("resident@example.com", "Resident", "correct horse battery");

        await redis.KillAsync();

        await Eventually.TrueAsync(async () => await StatusAsync(visit, "/account") == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await probe.GetAsync("/healthz/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await probe.GetAsync("/healthz/live")).StatusCode);

        await redis.StartAgainAsync();

        await Eventually.TrueAsync(async () => await StatusAsync(visit, "/account") == HttpStatusCode.OK);
        Assert.Equal("Resident", visit.Heading);
        await Eventually.TrueAsync(async () => (await probe.GetAsync("/healthz/ready")).StatusCode == HttpStatusCode.OK);
    }

    private static async Task<HttpStatusCode> StatusAsync(Visit visit, string path)
    {
        await visit.OpenAsync(path);
        return visit.Response.StatusCode;
    }

    private static string Describe(ConfigurationOptions options) => string.Join('\n',
        string.Join(' ', options.EndPoints), options.User, options.Password, options.ClientName, options.DefaultDatabase ?? 0, options.Ssl, options.SslHost,
        options.SslProtocols, options.Ssl && options.CheckCertificateRevocation, options.AbortOnConnectFail, options.ConnectTimeout, options.AsyncTimeout,
        options.Protocol);
}
