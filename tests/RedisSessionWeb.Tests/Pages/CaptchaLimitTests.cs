using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Pages;

/// <summary>Making captchas costs the server something, and nobody has any number of them.</summary>
public sealed partial class CaptchaLimitTests
{
    [Fact]
    public async Task A_network_that_had_its_captchas_gets_a_429_with_the_seconds()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var app = await RunningApp.StartAsync(redis.ConnectionString, "Verification:Captcha:PerClientPerMinute=3");
        using var visit = new Visit(app);
        foreach (var path in (string[])["/register", "/reset", "/signin/code"])
        {
            await visit.OpenAsync(path);
            Assert.Equal(HttpStatusCode.OK, visit.Response.StatusCode);
            Assert.NotNull(visit.Page.QuerySelector("[data-captcha]"));
        }

        await visit.OpenAsync("/register");

        Assert.Equal(HttpStatusCode.TooManyRequests, visit.Response.StatusCode);
        Assert.Null(visit.Page.QuerySelector("[data-captcha]"));
        var notice = visit.Page.QuerySelector("[role=alert]")!.TextContent;
        Assert.Contains("Too many captchas were requested from your network.", notice, StringComparison.Ordinal);
        Assert.Equal(visit.Response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, double.Parse(Seconds().Match(notice).Value, CultureInfo.InvariantCulture));
        Assert.InRange(long.Parse(await redis.CliAsync("PTTL", "imgs_ip_127.0.0.1"), CultureInfo.InvariantCulture), 1, 60_000);
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Seconds();
}
