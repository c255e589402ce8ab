using System.Net;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RedisSessionWeb.Tests.Host;

using TestServers;

namespace RedisSessionWeb.Tests.Reasons;

/// <summary>A PostgreSQL that refuses until somebody changes its rights.</summary>
public sealed class AccountRefusalTests
{
    [Fact]
    public async Task Accounts_that_may_not_be_read_are_503_and_told_once_in_the_words_of_PostgreSQL()
    {
        await using var database = await AccountDatabase.StartAsync();
        await using var redis = await RedisServer.StartAsync();
        using var log = new LogCollector();
        await database.Server.SqlAsync("accounts", "CREATE ROLE app LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO app");
        var settings = database.Settings.Select(setting => setting.Replace("Username=postgres", "Username=app", StringComparison.Ordinal));
        await using var app = await RunningApp.StartAsync(redis.ConnectionString, [.. AppFixture.Settings, .. settings]);
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        using var visit = new Visit(app);
        await database.Server.SqlAsync("accounts", "REVOKE ALL ON accounts FROM app");

        for (var request = 0; request < 10; request++)
        {
            await SignInAsync();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, visit.Response.StatusCode);
            Assert.NotNull(visit.Response.Headers.RetryAfter);
        }

        Assert.Single(log.Lines, line => line.Contains("PostgreSQL refuses accounts", StringComparison.Ordinal) && line.Contains("permission denied", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains("A store is away", StringComparison.Ordinal));
        await database.Server.SqlAsync("accounts", "GRANT ALL ON accounts TO app");
        await SignInAsync();
        Assert.Equal(HttpStatusCode.BadRequest, visit.Response.StatusCode);

        async Task SignInAsync()
        {
            await visit.OpenAsync("/signin");
            await visit.SubmitAsync(("Email", "someone@example.com"), ("Password", "correct horse battery"));
        }
    }
}
