using System.Net;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Startup;

/// <summary>The application as it runs in Production, behind a proxy that ends TLS.</summary>
public sealed class ProductionAppTests : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private RunningApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _app = await RunningApp.StartAsync(
            _redis.ConnectionString,
            [
                .. AppFixture.Settings, "environment=Production", "Proxies:0=127.0.0.0/8",
                "Verification:Keys:0=a:q83vEjRWeJq83vEjRWeJq83vEjRWeJq83vEjRWeJq80=", "Smtp:Host=mail.invalid", "Smtp:From=site@example.com",
            ]);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Over_https_browsers_are_told_to_stay_there()
    {
        var response = await GetAsync("/");

        Assert.Equal("max-age=31536000", Assert.Single(response.Headers.GetValues("Strict-Transport-Security")));
        var missing = await GetAsync("/nowhere");
        Assert.Equal("max-age=31536000", Assert.Single(missing.Headers.GetValues("Strict-Transport-Security")));
        Assert.All(response.Headers.GetValues("Set-Cookie"), cookie => Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task There_is_no_development_mailbox_and_no_link_to_it()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/dev/mailbox")).StatusCode);
        Assert.DoesNotContain("/dev/mailbox", await (await GetAsync("/")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_keys_that_seal_forms_do_not_lie_open_in_redis()
    {
        await GetAsync("/register");

        Assert.DoesNotContain("<masterKey", await _redis.CliAsync("LRANGE", "DataProtection-Keys", "0", "-1"), StringComparison.Ordinal);
    }

    private async Task<HttpResponseMessage> GetAsync(string path)
    {
        using var client = _app.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = "site.example.com";
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        return await client.SendAsync(request);
    }
}
