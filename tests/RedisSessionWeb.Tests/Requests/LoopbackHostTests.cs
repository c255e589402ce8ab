using System.Net;

using Microsoft.AspNetCore.Http;

using RedisSessionWeb.Hosting.Requests;
using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Requests;

/// <summary>A page whose name was pointed at 127.0.0.1 is of the same origin as what answers there, under its own name.</summary>
public sealed class LoopbackHostTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LocalHost:5080", true)]
    [InlineData("localhost.", true)]
    [InlineData("app.localhost:5080", true)]
    [InlineData("127.0.0.1:5080", true)]
    [InlineData("127.8.9.10", true)]
    [InlineData("[::1]:5080", true)]
    [InlineData("[::ffff:127.0.0.1]", true)]
    [InlineData("", false)]
    [InlineData("example.com", false)]
    [InlineData("localhost.example.com", false)]
    [InlineData("notlocalhost", false)]
    [InlineData("127.0.0.1.example.com", false)]
    [InlineData("192.0.2.1:5080", false)]
    [InlineData("[2001:db8::1]", false)]
    [InlineData("0.0.0.0", false)]
    public void A_name_of_this_machine_is_localhost_or_a_loopback_address(string host, bool isLoopback)
    {
        Assert.Equal(isLoopback, LoopbackHost.Is(new HostString(host)));
    }

    [Theory]
    [InlineData("/dev/mailbox")]
    [InlineData("/dev/mailbox?to=anna@example.com")]
    public async Task The_development_pages_answer_only_under_a_name_of_this_machine(string path)
    {
        using var client = fixture.App.CreateClient();

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(path)).StatusCode);
        using var rebound = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Host = "attacker.example.com" } };
        Assert.Equal(HttpStatusCode.NotFound, (await client.SendAsync(rebound)).StatusCode);
    }

    [Theory]
    [InlineData("/dev/mailbox/no-such-mail")]
    [InlineData("/dev/mailbox/no-such-mail/html")]
    public async Task Every_page_of_the_folder_has_the_filter(string path)
    {
        using var client = fixture.App.CreateClient();
        using var rebound = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { Host = "attacker.example.com" } };

        Assert.InRange((int)(await client.SendAsync(rebound)).StatusCode, 400, 404);
    }
}
