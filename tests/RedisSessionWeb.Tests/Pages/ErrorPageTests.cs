using System.Net;
using System.Text.Json;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Pages;

/// <summary>A failure is a page to people and problem details to programs.</summary>
public sealed class ErrorPageTests : IAsyncLifetime
{
    private RedisServer _redis = null!;
    private RunningApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _app = await RunningApp.StartAsync(_redis.ConnectionString, [.. AppFixture.Settings, "Sessions:IoTimeout=00:00:00.300"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task An_address_without_a_page_is_a_page_that_says_so_in_the_visitors_language()
    {
        using var visit = new Visit(_app, "zh-CN");

        await visit.OpenAsync("/nowhere");

        Assert.Equal(HttpStatusCode.NotFound, visit.Response.StatusCode);
        Assert.Equal("这里什么也没有", visit.Heading);
        Assert.Equal("zh-CN", visit.Page.DocumentElement.GetAttribute("lang"));
    }

    [Fact]
    public async Task A_program_gets_problem_details_instead_of_the_page()
    {
        using var visit = new Visit(_app);

        var response = await visit.AskForJsonAsync("/nowhere");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        using var problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(404, problem.RootElement.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task The_error_page_asked_for_by_itself_is_not_found()
    {
        using var visit = new Visit(_app);

        await visit.OpenAsync("/error");

        Assert.Equal(HttpStatusCode.NotFound, visit.Response.StatusCode);
    }

    [Fact]
    public async Task While_redis_is_away_pages_say_so_and_afterwards_the_same_cookie_works()
    {
        using var visit = new Visit(_app);
        await visit.RegisterAsync("patient@example.com", "Patient", "correct horse battery");
        using var stranger = new Visit(_app);
        await stranger.OpenAsync("/");
        await _redis.StopAsync();

        await visit.OpenAsync("/account");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, visit.Response.StatusCode);
        Assert.NotNull(visit.Response.Headers.RetryAfter);
        Assert.Equal("Not available at the moment", visit.Heading);
        Assert.Equal("application/problem+json", (await visit.AskForJsonAsync("/account")).Content.Headers.ContentType!.MediaType);
        await stranger.OpenAsync("/");
        Assert.Equal(HttpStatusCode.OK, stranger.Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/healthz/live"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync("/healthz/ready"));
        await stranger.OpenAsync("/signin");
        await stranger.SubmitAsync(("Email", "patient@example.com"), ("Password", "correct horse battery"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, stranger.Response.StatusCode);

        await _redis.StartAgainAsync();
        await Eventually.TrueAsync(async () => await StatusAsync("/healthz/ready") == HttpStatusCode.OK);
        await visit.OpenAsync("/account");
        Assert.NotEqual(HttpStatusCode.ServiceUnavailable, visit.Response.StatusCode);
    }

    [Fact]
    public async Task An_outage_is_a_line_or_two_in_the_log_and_no_stack_for_each_request()
    {
        var strangers = Enumerable.Range(0, 5).Select(_ => new Visit(_app)).ToList();
        await Task.WhenAll(strangers.Select(stranger => stranger.OpenAsync("/signin")));
        await _redis.StopAsync();
        using var log = new LogCollector();
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);

        await Task.WhenAll(strangers.Select(stranger =>
            stranger.SubmitAsync(("Email", "patient@example.com"), ("Password", "correct horse battery"))));

        Assert.All(strangers, stranger => Assert.Equal(HttpStatusCode.ServiceUnavailable, stranger.Response.StatusCode));
        strangers.ForEach(stranger => stranger.Dispose());
        Assert.Single(log.Lines, line => line.Contains("A store is away", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("   at ", StringComparison.Ordinal));
    }

    private async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var client = _app.CreateClient();
        return (await client.GetAsync(path)).StatusCode;
    }
}
