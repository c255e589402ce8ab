using System.Net;

using RedisSessions.Tests.Hosting;

namespace RedisSessions.Tests.Behaviours;

/// <summary>The id in a header for clients without cookies: issued and cleared there, never in both.</summary>
public sealed class HeaderTests(RedisFixture redis) : IClassFixture<RedisFixture>
{
    private const string Header = "X-Session";

    [Fact]
    public async Task A_client_that_sends_the_header_empty_gets_its_id_in_the_header_and_no_cookie()
    {
        await using var app = await StartAsync();
        using var client = app.NewBrowser();

        var answer = await SendAsync(client, "/set?k=a&v=1", "");

        var id = answer.Header(Header)!;
        Assert.Equal(43, id.Length);
        Assert.Null(answer.SetCookie);
        Assert.Equal("1", (await SendAsync(client, "/get?k=a", id)).Body);
    }

    [Fact]
    public async Task A_renewed_id_and_a_cleared_one_are_told_in_the_header()
    {
        await using var app = await StartAsync();
        using var client = app.NewBrowser();
        var id = (await SendAsync(client, "/set?k=a&v=1", "")).Header(Header)!;

        var renewed = (await SendAsync(client, "/renew", id)).Header(Header)!;
        var cleared = await SendAsync(client, "/destroy", renewed);

        Assert.NotEqual(id, renewed);
        Assert.Equal("", cleared.Header(Header));
        Assert.Null(cleared.SetCookie);
        Assert.Equal("none", (await SendAsync(client, "/get?k=a", renewed)).Body);
    }

    [Fact]
    public async Task A_client_that_sends_header_and_cookie_is_answered_by_the_header_alone()
    {
        await using var app = await StartAsync();
        using var client = app.NewBrowser();
        await client.GetAsync("/set?k=a&v=of-the-cookie");
        var id = (await SendAsync(app.NewBrowser(), "/set?k=a&v=of-the-header", "")).Header(Header)!;

        var answer = await SendAsync(client, "/get?k=a", id);

        Assert.Equal("of-the-header", answer.Body);
        Assert.Null((await SendAsync(client, "/renew", id)).SetCookie);
    }

    [Fact]
    public async Task A_browser_never_gets_the_header_and_a_header_that_is_no_id_asks_redis_nothing()
    {
        await using var app = await StartAsync();
        using var client = app.NewBrowser();
        Assert.Null((await client.GetAsync("/set?k=a&v=1")).Header(Header));

        await using var monitor = await redis.Server.MonitorAsync();
        var answer = await SendAsync(app.NewBrowser(), "/get?k=a", "no id");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Empty(await monitor.SessionCommandsAsync());
    }

    private Task<SessionApp> StartAsync() =>
        SessionApp.StartAsync(redis.Server.ConnectionString, o => o.HeaderName = Header);

    private static Task<Answer> SendAsync(Browser client, string path, string id)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation(Header, id);
        return client.SendAsync(request);
    }
}
