using System.Globalization;
using System.Net;
using System.Net.Http.Json;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RedisSessionWeb.Tests.Host;
using RedisSessionWeb.Tests.Sms;

using TestServers;
using TestServers.Sms;

namespace RedisSessionWeb.Tests.Reasons;

/// <summary>
/// A Redis that refuses until somebody changes its rights: requests get 503 with Retry-After, the log says why once, and
/// once the right is given everything works without a restart.
/// </summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private const string Secret = "battery-horse-correct";
    private const string AllRights = "+@all";

    private readonly LogCollector _log = new();
    private RedisServer _redis = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        await _redis.CliAsync("ACL", "SETUSER", "app", "on", ">" + Secret, AllRights, "~*", "&*");
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        _log.Dispose();
    }

    [Theory]
    [InlineData("/signin", "-@scripting")]
    [InlineData("/signin", "-evalsha")]
    [InlineData("/register", "-@scripting")]
    public async Task Forms_that_meet_a_refusal_are_503_and_work_once_the_right_is_given(string path, string denied)
    {
        await using var app = await StartAsync();
        using var visit = new Visit(app);
        await visit.OpenAsync(path);
        await SetRightsAsync(denied);

        for (var request = 0; request < 20; request++)
        {
            await visit.OpenAsync(path);
            Assert.Equal(HttpStatusCode.OK, visit.Response.StatusCode);
            await SubmitAsync(visit, path);
            AssertUnavailable(visit.Response);
        }

        AssertToldOnce("NOPERM");
        await SetRightsAsync(AllRights);
        await visit.OpenAsync(path);
        await SubmitAsync(visit, path);
        Assert.NotEqual(HttpStatusCode.ServiceUnavailable, visit.Response.StatusCode);
        Assert.NotEqual(HttpStatusCode.InternalServerError, visit.Response.StatusCode);
    }

    [Fact]
    public async Task A_session_that_may_not_be_read_is_503_for_people_and_programs_and_is_told_once()
    {
        await using var app = await StartAsync();
        using var visit = new Visit(app);
        await visit.RegisterAsync("refused@example.com", "Refused", "correct horse battery");
        await SetRightsAsync("-@hash");

        for (var request = 0; request < 10; request++)
        {
            await visit.OpenAsync("/account");
            AssertUnavailable(visit.Response);
            var answer = await visit.AskForJsonAsync("/account");
            AssertUnavailable(answer);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        }

        AssertToldOnce("NOPERM");
        await SetRightsAsync(AllRights);
        await visit.OpenAsync("/account");
        Assert.Equal(HttpStatusCode.OK, visit.Response.StatusCode);
    }

    [Fact]
    public async Task A_key_ring_that_may_not_be_read_is_503_and_is_told_once()
    {
        await SetRightsAsync("-lrange");
        await using var app = await StartAsync();
        using var visit = new Visit(app);

        for (var request = 0; request < 20; request++)
        {
            await visit.OpenAsync("/signin");
            AssertUnavailable(visit.Response);
        }

        Assert.DoesNotContain(_log.Lines, line => line.Contains("   at ", StringComparison.Ordinal));
        AssertToldOnce("can't run this command");
        await SetRightsAsync(AllRights);
        await visit.OpenAsync("/signin");
        Assert.Equal(HttpStatusCode.OK, visit.Response.StatusCode);
    }

    [Fact]
    public async Task A_command_that_the_server_does_not_know_is_503_and_told_without_its_arguments()
    {
        await using var redis = await RedisServer.StartAsync("--rename-command", "EVALSHA", "", "--rename-command", "EVAL", "");
        await using var app = await StartAsync(redis.ConnectionString);
        using var visit = new Visit(app);

        for (var request = 0; request < 20; request++)
        {
            await visit.OpenAsync("/signin");
            AssertUnavailable(visit.Response);
        }

        AssertToldOnce("ERR unknown command");
        Assert.DoesNotContain(_log.Lines, line => line.Contains("with args", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_gate_answers_in_its_own_way_and_the_refusal_is_told_once()
    {
        await using var app = await StartAsync();
        using var client = app.CreateClient();
        await SetRightsAsync("-@scripting");
        for (var request = 0; request < 20; request++)
        {
            var answer = await client.PostAsJsonAsync("/get_varifycode", new { email = "someone@example.com" });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        AssertToldOnce("NOPERM");
    }

    [Fact]
    public async Task A_captcha_that_may_not_be_made_is_503_and_told_once()
    {
        await using var app = await StartAsync(settings: ["Verification:Captcha:Image=true"]);
        using var visit = new Visit(app);
        await SetRightsAsync("-@scripting");

        for (var request = 0; request < 10; request++)
        {
            await visit.OpenAsync("/register");
            AssertUnavailable(visit.Response);
        }

        AssertToldOnce("NOPERM");
        await SetRightsAsync(AllRights);
        await visit.OpenAsync("/register");
        Assert.Equal(HttpStatusCode.OK, visit.Response.StatusCode);
    }

    [Fact]
    public async Task A_code_by_text_message_that_redis_refuses_is_503_and_told_once()
    {
        await using var provider = await SmsProvider.StartAsync();
        await using var app = await StartAsync(settings: SmsFixture.SettingsFor(provider));
        using var visit = new Visit(app);
        await visit.OpenAsync("/signin/phone");
        await SetRightsAsync("-@scripting");

        for (var request = 0; request < 10; request++)
        {
            await visit.OpenAsync("/signin/phone");
            await visit.SubmitAsync(("Number", "+4915123456789"));
            AssertUnavailable(visit.Response);
        }

        AssertToldOnce("NOPERM");
        Assert.Empty(provider.Messages);
    }

    [Fact]
    public async Task The_worker_of_the_outbox_tells_a_refusal_once_in_the_servers_words_and_goes_on_once_the_right_is_given()
    {
        await using var app = await StartAsync();
        using var visit = new Visit(app);
        await SetRightsAsync("-evalsha");

        // Met again and again: the server counts what it refuses.
        await Eventually.TrueAsync(async () => await RefusedAsync() >= 3);

        var told = Assert.Single(_log.Lines, line => line.Contains("The outbox is unreachable", StringComparison.Ordinal));
        Assert.Contains("NOPERM this user has no permissions to run the 'evalsha' command", told, StringComparison.Ordinal);
        await SetRightsAsync(AllRights);
        await visit.RegisterAsync("outbox@example.com", "Outbox", "correct horse battery");
    }

    private async Task<int> RefusedAsync() => (await _redis.CliAsync("INFO", "commandstats")).Split('\n')
        .Where(line => line.StartsWith("cmdstat_evalsha", StringComparison.Ordinal))
        .Sum(line => int.Parse(line.Split("rejected_calls=")[1].Split(',')[0], CultureInfo.InvariantCulture));

    private static Task SubmitAsync(Visit visit, string path) => path == "/signin"
        ? visit.SubmitAsync(("Email", "someone@example.com"), ("Password", "correct horse battery"))
        : visit.SubmitAsync(("Email", "someone@example.com"));

    private static void AssertUnavailable(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
    }

    private void AssertToldOnce(string words)
    {
        // The worker of the outbox says for itself what it meets.
        var told = _log.Lines.Where(line => line.Contains(words, StringComparison.Ordinal) && !line.Contains("outbox", StringComparison.Ordinal));
        Assert.True(told.Count() == 1, $"{words} is told {told.Count()} times by:\n{string.Join('\n', _log.Lines)}");
        Assert.InRange(_log.Lines.Count(line => line.Contains("The outbox is unreachable", StringComparison.Ordinal)), 0, 1);
        Assert.DoesNotContain(_log.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
    }

    private Task<string> SetRightsAsync(string rights) => _redis.CliAsync("ACL", "SETUSER", "app", rights);

    private async Task<RunningApp> StartAsync(string? redis = null, params string[] settings)
    {
        var app = await RunningApp.StartAsync(
            redis ?? $"{_redis.ConnectionString},user=app,password={Secret}", [.. AppFixture.Settings, "Gate:Enabled=true", .. settings]);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(_log);
        return app;
    }
}
