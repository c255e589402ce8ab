using System.Net;
using System.Text;

using AngleSharp.Html.Parser;

using RedisSessionWeb.Tests.Host;

namespace RedisSessionWeb.Tests.Requests;

/// <summary>Headers that other applications and proxies have put on a request, in whatever encoding.</summary>
public sealed class ForeignHeaderTests(AppFixture fixture) : IClassFixture<AppFixture>
{
    private const string Password = "correct horse battery";

    public static TheoryData<string, string> Headers => new()
    {
        { "Cookie", "__utmz=Unders\u00F8gelse" },
        // "user" as a page in GBK sets it.
        { "Cookie", "name=\u00D3\u00C3\u00BB\u00A7" },
        { "Cookie", "broken=\u00FF\u00FE; =nameless; alone" },
        { "X-GeoIP-City", "M\u00FCnchen" },
        { "User-Agent", "Brows\u00E9r/1.0" },
        { "Referer", "http://example.com/\u00E4" },
        { "Accept-Language", "de-\u00C4T, en;q=0.5" },
        { "X-Forwarded-For", "\u00FF" },
    };

    [Theory]
    [MemberData(nameof(Headers))]
    public async Task A_header_of_somebody_else_that_is_not_utf8_changes_nothing(string name, string value)
    {
        var user = "u" + Guid.NewGuid().ToString("N")[..10];
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync($"{user}@example.com", user, Password);
        var cookies = visit.Cookies.GetCookieHeader(fixture.App.Address);
        using var client = Client();

        foreach (var path in (string[])["/account", "/healthz/live", "/favicon.svg"])
        {
            using var response = await SendAsync(client, HttpMethod.Get, path, cookies, name, value);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            if (path == "/account")
            {
                Assert.Contains(user, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task A_form_is_taken_from_a_browser_that_has_foreign_cookies()
    {
        var user = "u" + Guid.NewGuid().ToString("N")[..10];
        using var visit = new Visit(fixture.App);
        await visit.RegisterAsync($"{user}@example.com", user, Password);
        var cookies = visit.Cookies.GetCookieHeader(fixture.App.Address);
        using var client = Client();
        using var shown = await SendAsync(client, HttpMethod.Get, "/account", cookies, "Cookie", "x=\u00F8");
        var page = await new HtmlParser().ParseDocumentAsync(await shown.Content.ReadAsStringAsync());
        var token = page.QuerySelector("form [name='__RequestVerificationToken']")!.GetAttribute("value")!;

        using var body = new FormUrlEncodedContent([new("__RequestVerificationToken", token)]);
        using var response = await SendAsync(client, HttpMethod.Post, "/signout", cookies, "Cookie", "x=\u00F8", body);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
    }

    private HttpClient Client() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
    })
    { BaseAddress = fixture.App.Address };

    private static Task<HttpResponseMessage> SendAsync(
        HttpClient client, HttpMethod method, string path, string cookies, string name, string value, HttpContent? body = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        request.Headers.TryAddWithoutValidation("Cookie", name == "Cookie" ? value + "; " + cookies : cookies);
        if (name != "Cookie")
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return client.SendAsync(request);
    }
}
