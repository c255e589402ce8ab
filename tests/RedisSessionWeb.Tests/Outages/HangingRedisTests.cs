using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using RedisSessionWeb.Tests.Host;
using RedisSessionWeb.Tests.Sms;

using TestServers;
using TestServers.Sms;

namespace RedisSessionWeb.Tests.Outages;

/// <summary>A Redis that takes connections and does not answer, as seen by every page and every form.</summary>
public sealed class HangingRedisTests : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    // Well below what a single command waits without a budget (5 s), and above what a busy machine adds.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(4);

    private RedisServer _redis = null!;
    private SmsProvider _provider = null!;
    private RunningApp _app = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _provider = await SmsProvider.StartAsync();
        _app = await StartAsync("RespClient");
    }

    public async ValueTask DisposeAsync()
    {
        _redis.Resume();
        await _app.DisposeAsync();
        await _provider.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Every_page_answers_within_the_time_out_with_a_503_or_without_redis()
    {
        using var owner = new Visit(_app);
        await owner.RegisterAsync("pages@example.com", "Pages", Password);
        var pages = _app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/').Replace("{id}", "1", StringComparison.Ordinal))
            .Distinct().Where(path => !path.Contains('{', StringComparison.Ordinal)).ToList();
        Assert.InRange(pages.Count, 15, 60);
        _redis.Suspend();

        var answers = await Task.WhenAll(pages.Select(async page =>
        {
            using var visit = new Visit(_app.Address, owner.Cookies);
            await visit.OpenAsync(page);
            return (Page: page, visit.Response, visit.AnswerTime);
        }));

        Assert.All(answers, answer => Assert.True(answer.AnswerTime < Bound, $"{answer.Page} took {answer.AnswerTime}"));
        Assert.Contains(answers, answer => answer.Page == "/account" && answer.Response.StatusCode == HttpStatusCode.ServiceUnavailable);
        Assert.All(
            answers.Where(answer => (int)answer.Response.StatusCode >= 500),
            answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (answer.Response.StatusCode, answer.Response.Headers.RetryAfter is not null)));
    }

    [Theory]
    [InlineData("RespClient")]
    [InlineData("StackExchange.Redis")]
    public async Task Every_form_answers_within_the_time_out_with_a_503_however_many_commands_it_needs(string client)
    {
        if (client != "RespClient")
        {
            await _app.DisposeAsync();
            _app = await StartAsync(client);
        }

        var forms = await OpenFormsAsync();
        _redis.Suspend();

        await Task.WhenAll(forms.Select(form => form.Visit.SubmitAsync(form.Inputs)));

        Assert.All(forms, form =>
        {
            Assert.True(form.Visit.AnswerTime < Bound, $"{form.Page} took {form.Visit.AnswerTime}");
            Assert.Equal((form.Page, HttpStatusCode.ServiceUnavailable), (form.Page, form.Visit.Response.StatusCode));
            Assert.NotNull(form.Visit.Response.Headers.RetryAfter);
            form.Visit.Dispose();
        });
    }

    [Fact]
    public async Task The_gate_answers_within_the_time_out_that_redis_is_away()
    {
        using var http = _app.CreateClient();
        (await http.PostAsJsonAsync("/user_login", new { email = "warm@example.com", passwd = Password })).Dispose();
        _redis.Suspend();
        var started = Stopwatch.GetTimestamp();

        var answers = await Task.WhenAll(
            http.PostAsJsonAsync("/get_varifycode", new { email = "gate@example.com" }),
            http.PostAsJsonAsync("/user_login", new { email = "gate@example.com", passwd = Password }),
            http.PostAsJsonAsync("/user_register", new { user = "Gate", email = "gate@example.com", passwd = Password, confirm = Password, varifycode = "123456" }),
            http.PostAsJsonAsync("/reset_pwd", new { user = "Gate", email = "gate@example.com", passwd = Password, varifycode = "123456" }));

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Bound);
        foreach (var answer in answers)
        {
            Assert.Equal(1002, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetInt32());
        }
    }

    [Fact]
    public async Task The_route_for_text_messages_answers_within_the_time_out_that_redis_is_away()
    {
        using var http = _app.CreateClient();
        (await http.PostAsJsonAsync("/sms/+4915120000002", new { })).Dispose();
        _redis.Suspend();
        var started = Stopwatch.GetTimestamp();

        using var answer = await http.PostAsJsonAsync("/sms/+4915120000001", new { });

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Bound);
        Assert.Equal(5001, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetInt32());
    }

    private Task<RunningApp> StartAsync(string client) => RunningApp.StartAsync(
        _redis.ConnectionString,
        [
            .. AppFixture.Settings, .. SmsFixture.SettingsFor(_provider), "Gate:Enabled=true", "Sessions:IoTimeout=00:00:00.500",
            "Sessions:NearCacheBytes=0", "Redis:Client=" + client,
        ]);

    private async Task<List<Form>> OpenFormsAsync()
    {
        using var owner = new Visit(_app);
        await owner.RegisterAsync("forms@example.com", "Forms", Password);
        var forms = new List<Form>
        {
            new("/signin", new Visit(_app), ("Email", "forms@example.com"), ("Password", Password)),
            new("/register", new Visit(_app), ("Email", "new@example.com")),
            new("/reset", new Visit(_app), ("Email", "forms@example.com")),
            new("/signin/code", new Visit(_app), ("Email", "forms@example.com")),
            new("/account/password", new Visit(_app.Address, owner.Cookies), ("OldPassword", Password), ("NewPassword", "other horse battery")),
            new("/account/email", new Visit(_app.Address, owner.Cookies), ("Email", "else@example.com"), ("Password", Password)),
            new("/account/phone", new Visit(_app.Address, owner.Cookies), ("Number", "+4915120000001"), ("Country", "DE"), ("Password", Password)),
            new("/signin/phone", new Visit(_app), ("Number", "+4915120000001"), ("Country", "DE")),
            new("/account/delete", new Visit(_app.Address, owner.Cookies), ("Password", Password)),
        };
        foreach (var form in forms)
        {
            await form.Visit.OpenAsync(form.Page);
        }
        // Codes that are awaited, and an address that was proven.
        foreach (var (start, email) in ((string, string)[])[("/register", "await@example.com"), ("/reset", "forms@example.com"), ("/signin/code", "forms@example.com")])
        {
            var visit = new Visit(_app);
            await AppFixture.ForgetCoolDownsAsync(_redis);
            await visit.OpenAsync(start);
            await visit.SubmitAsync(("Email", email));
            forms.Add(new Form(visit.Path, visit, ("Code", "123456")));
        }

        var proven = new Visit(_app);
        await AppFixture.ForgetCoolDownsAsync(_redis);
        await proven.OpenAsync("/register");
        await proven.SubmitAsync(("Email", "proven@example.com"));
        await proven.SubmitAsync(("Code", await proven.ReadCodeAsync("proven@example.com")));
        forms.Add(new Form(proven.Path, proven, ("Name", "Proven"), ("Password", Password)));
        return forms;
    }

    private sealed record Form(string Page, Visit Visit, params (string Name, string Value)[] Inputs);
}
