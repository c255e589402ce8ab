using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RedisSessionWeb.Hosting;
using RedisSessionWeb.Hosting.Requests;
using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Requests;

/// <summary>What a request behind proxies is taken to come from, and over which scheme.</summary>
public sealed class ProxyTests
{
    private const string Proxy = "127.0.0.1";

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7:12345", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7", "203.0.113.7")]
    [InlineData("::ffff:203.0.113.7:12345", "203.0.113.7")]
    [InlineData("[::ffff:203.0.113.7]:12345", "203.0.113.7")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    [InlineData("[2001:db8::7]", "2001:db8::7")]
    [InlineData("[2001:db8::7]:443", "2001:db8::7")]
    [InlineData("198.51.100.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("198.51.100.1,203.0.113.7,", "203.0.113.7")]
    [InlineData("\"2.2.2.2, 203.0.113.7", "203.0.113.7")]
    [InlineData("unknown, 203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7, 10.1.2.3", "203.0.113.7")]
    [InlineData("203.0.113.7, 10.1.2.3, 10.1.2.4:99", "203.0.113.7")]
    [InlineData("203.0.113.7, unknown, 10.1.2.3", "10.1.2.3")]
    [InlineData("203.0.113.7, unknown", Proxy)]
    [InlineData("unknown", Proxy)]
    [InlineData("203.0.113.7;x", Proxy)]
    [InlineData("203.0.113.7\"", Proxy)]
    [InlineData("_hidden", Proxy)]
    [InlineData("1", Proxy)]
    [InlineData("127.1", Proxy)]
    [InlineData("0x7f.0.0.1", Proxy)]
    [InlineData("010.1.2.3", Proxy)]
    [InlineData("203.0.113.7:port", Proxy)]
    [InlineData("203.0.113.7:99999", Proxy)]
    [InlineData("fe80::1%eth0", Proxy)]
    [InlineData("[2001:db8::7", Proxy)]
    [InlineData("", Proxy)]
    public async Task The_address_is_read_from_the_right_and_never_left_of_what_cannot_be_read_and_the_scheme_counts(string forwarded, string client)
    {
        var (seen, _) = await AskAsync(["127.0.0.0/8", "10.0.0.0/8"], ("X-Forwarded-For", forwarded), ("X-Forwarded-Proto", "https"));

        Assert.Equal($"{client} https", seen);
    }

    [Fact]
    public async Task A_scheme_left_of_what_cannot_be_read_does_not_count()
    {
        var (seen, _) = await AskAsync(["127.0.0.0/8"], ("X-Forwarded-For", "unknown"), ("X-Forwarded-Proto", "https, http"));

        Assert.Equal($"{Proxy} http", seen);
    }

    [Fact]
    public async Task Several_headers_of_one_name_are_read_as_one_list()
    {
        var (seen, _) = await AskAsync(["127.0.0.0/8"], ("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"));

        Assert.Equal("203.0.113.7 https", seen);
    }

    [Fact]
    public async Task Behind_a_proxy_that_nobody_named_nothing_is_believed_and_the_log_says_so_once()
    {
        var (seen, log) = await AskAsync([], ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Proto", "https"));

        Assert.Equal($"{Proxy} http", seen);
        Assert.Contains(Proxy, Assert.Single(log.Lines, line => line.Contains("Proxies", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    /// <summary>Asks twice, so that what is told once is seen to be told once.</summary>
    private static async Task<(string Seen, LogCollector Log)> AskAsync(string[] proxies, params (string Name, string Value)[] headers)
    {
        using var log = new LogCollector();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Configuration.AddInMemoryCollection(proxies.Select((proxy, i) => KeyValuePair.Create($"Proxies:{i}", (string?)proxy)));
        builder.Services.AddProxies(builder.Configuration);
        builder.ConfigureWebServer();
        await using var app = builder.Build();
        app.UseProxies();
        app.MapGet("/", (HttpContext context) => $"{context.Connection.RemoteIpAddress} {context.Request.Scheme}");
        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
        var seen = "";
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }

            using var response = await client.SendAsync(request);
            seen = await response.Content.ReadAsStringAsync();
        }

        return (seen, log);
    }
}
