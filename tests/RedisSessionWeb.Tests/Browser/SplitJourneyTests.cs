using System.Globalization;
using System.Net;

using RedisSessionWeb.Hosting;
using RedisSessionWeb.Tests.Architecture;
using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Browser;

/// <summary>The web application and its verification service as two: nothing looks different.</summary>
public sealed class SplitJourneyTests(Chromium chromium)
{
    private const string Password = "correct horse battery";

    [Theory]
    [InlineData("en")]
    [InlineData("zh-CN")]
    public async Task The_journey_is_the_same_with_the_verification_service_apart(string language)
    {
        await using var redis = await RedisServer.StartAsync();
        var port = RedisServer.FreePort();
        using var verify = VerifyRole.Build([.. Arguments(redis), .. AppFixture.Settings.Select(s => "--" + s), $"--Verification:Grpc:Port={port}"]);
        await verify.StartAsync();
        await using var app = await RunningApp.StartAsync(redis.ConnectionString, [.. AppFixture.Settings, Remote(port)]);
        await using var window = await chromium.OpenAsync(app, new() { Locale = language });
        var person = new Person(window.Page);

        await person.RegisterAsync("apart@example.com", "Apart", Password);
        await person.SignOutAsync();
        await person.SignInAsync("apart@example.com", Password);

        Assert.Equal("Apart", await window.Page.Locator("h1").InnerTextAsync());
        await verify.StopAsync();
    }

    [Fact]
    public async Task While_the_verification_service_is_away_asking_for_a_code_is_a_clear_503_and_signing_in_works()
    {
        await using var redis = await RedisServer.StartAsync();
        await using (var whole = await RunningApp.StartAsync(redis.ConnectionString, AppFixture.Settings))
        {
            using var resident = new Visit(whole);
            await resident.RegisterAsync("resident@example.com", "Resident", Password);
        }

        await using var app = await RunningApp.StartAsync(
            redis.ConnectionString, [.. AppFixture.Settings, Remote(RedisServer.FreePort()), "Verification:RemoteTimeout=00:00:01"]);
        using var visit = new Visit(app);
        await visit.OpenAsync("/register");

        await visit.SubmitAsync(("Email", "away@example.com"));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, visit.Response.StatusCode);
        Assert.NotNull(visit.Response.Headers.RetryAfter);
        Assert.Equal("Not available at the moment", visit.Heading);
        await visit.OpenAsync("/signin");
        await visit.SubmitAsync(("Email", "resident@example.com"), ("Password", Password));
        Assert.Equal("/account", visit.Path);
    }

    [Fact]
    public async Task A_verification_service_whose_redis_hangs_is_a_503_within_the_time_out_of_the_request()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var elsewhere = await RedisServer.StartAsync();
        var port = RedisServer.FreePort();
        using var verify = VerifyRole.Build([.. Arguments(elsewhere), .. AppFixture.Settings.Select(s => "--" + s), $"--Verification:Grpc:Port={port}"]);
        await verify.StartAsync();
        await using var app = await RunningApp.StartAsync(
            redis.ConnectionString, [.. AppFixture.Settings, Remote(port), "Sessions:IoTimeout=00:00:01", "Verification:RemoteTimeout=00:00:30"]);
        using var visit = new Visit(app);
        await visit.OpenAsync("/register");
        elsewhere.Suspend();
        try
        {
            await visit.SubmitAsync(("Email", "hangs@example.com"));
        }
        finally
        {
            elsewhere.Resume();
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, visit.Response.StatusCode);
        // The service itself would give up after five seconds.
        Assert.InRange(visit.AnswerTime, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(4));
        await verify.StopAsync();
    }

    [Fact]
    public async Task A_verification_service_that_goes_and_comes_back_is_used_again_without_a_restart()
    {
        await using var redis = await RedisServer.StartAsync();
        var port = RedisServer.FreePort();
        await using var app = await RunningApp.StartAsync(
            redis.ConnectionString, [.. AppFixture.Settings, Remote(port), "Verification:RemoteTimeout=00:00:01"]);
        using var visit = new Visit(app);

        for (var round = 0; round < 2; round++)
        {
            await visit.OpenAsync("/register");
            await visit.SubmitAsync(("Email", $"round{round}@example.com"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, visit.Response.StatusCode);

            var verify = VerifyRole.Build([.. Arguments(redis), .. AppFixture.Settings.Select(s => "--" + s), $"--Verification:Grpc:Port={port}"]);
            await using var disposal = (IAsyncDisposable)verify;
            await verify.StartAsync();
            await visit.OpenAsync("/register");
            await visit.SubmitAsync(("Email", $"round{round}@example.com"));
            Assert.Equal("/register/code", visit.Path);
            await visit.SubmitAsync(("Code", await visit.ReadCodeAsync($"round{round}@example.com")));
            Assert.Equal("/register/finish", visit.Path);
            await verify.StopAsync();
        }
    }

    [Fact]
    public async Task Where_the_service_sends_no_text_messages_the_page_says_so_and_the_route_has_its_number()
    {
        await using var redis = await RedisServer.StartAsync();
        var port = RedisServer.FreePort();
        using var verify = VerifyRole.Build(
            [.. Arguments(redis), .. AppFixture.Settings.Select(s => "--" + s), $"--Verification:Grpc:Port={port}", "--Sms:Enabled=false"]);
        await verify.StartAsync();
        await using var app = await RunningApp.StartAsync(redis.ConnectionString, [.. AppFixture.Settings, Remote(port)]);
        using var visit = new Visit(app);

        await visit.OpenAsync("/signin/phone");
        await visit.SubmitAsync(("Number", "0151 23456789"), ("Country", "DE"));

        Assert.Equal(HttpStatusCode.BadRequest, visit.Response.StatusCode);
        Assert.StartsWith("Text messages do not go to this number.", visit.ErrorOf("Number"), StringComparison.Ordinal);
        using var client = app.CreateClient();
        using var content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        Assert.Equal("{\"code\":4005}", await (await client.PostAsync("/sms/+4915123456789", content)).Content.ReadAsStringAsync());
        await verify.StopAsync();
        using var again = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        Assert.Equal("{\"code\":5001}", await (await client.PostAsync("/sms/+4915123456789", again)).Content.ReadAsStringAsync());
        await visit.OpenAsync("/signin/phone");
        await visit.SubmitAsync(("Number", "0151 23456789"), ("Country", "DE"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, visit.Response.StatusCode);
    }

    private static string[] Arguments(RedisServer redis) =>
        ["--contentRoot=" + SourceTree.Root, "--environment=Development", "--Redis:ConnectionString=" + redis.ConnectionString];

    private static string Remote(int port) => string.Create(CultureInfo.InvariantCulture, $"Verification:Remote=http://127.0.0.1:{port}");
}
