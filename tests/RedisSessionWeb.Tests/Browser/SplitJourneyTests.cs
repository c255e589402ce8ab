using System.Globalization;
using System.Net;

using Microsoft.Extensions.Hosting;

using RedisSessionWeb.Roles;
using RedisSessionWeb.Tests.Architecture;
using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Browser;

/// <summary>The web application and its verification service as two: nothing looks different.</summary>
public sealed class SplitJourneyTests(Chromium chromium) : IClassFixture<Chromium>
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

    private static string[] Arguments(RedisServer redis) =>
        ["--contentRoot=" + SourceTree.Root, "--environment=Development", "--Redis:ConnectionString=" + redis.ConnectionString];

    private static string Remote(int port) => string.Create(CultureInfo.InvariantCulture, $"Verification:Remote=http://127.0.0.1:{port}");
}
