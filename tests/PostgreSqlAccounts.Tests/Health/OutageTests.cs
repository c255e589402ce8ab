using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

using PostgreSqlAccounts.Schema;

using RedisAccounts;

using TestServers;

namespace PostgreSqlAccounts.Tests.Health;

/// <summary>PostgreSQL goes away and comes back, under an application that stays.</summary>
public sealed class OutageTests(PostgreSql postgres) : IAsyncLifetime
{
    private PostgreSqlServer _server = null!;
    private ServiceProvider _services = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgreSqlServer.StartAsync();
        _services = postgres.Open("accounts;Port=" + _server.Port, add: services => services.AddHealthChecks().AddPostgreSqlAccounts());
        await _services.GetRequiredService<AccountSchema>().MigrateAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Accounts_are_unavailable_while_PostgreSQL_is_away_and_there_again_without_a_restart()
    {
        Assert.True((await CreateAsync("ann")).Succeeded);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());

        await _server.StopAsync();

        var e = await Assert.ThrowsAsync<AccountsUnavailableException>(() => FindAsync("ann"));
        Assert.DoesNotContain("127.0.0.1", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<AccountsUnavailableException>(() => CreateAsync("bob"));
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync());

        await _server.StartAgainAsync();

        Assert.NotNull(await FindAsync("ann"));
        Assert.Null(await FindAsync("bob"));
        Assert.True((await CreateAsync("bob")).Succeeded);
        Assert.Equal(HealthStatus.Healthy, await HealthAsync());
    }

    [Fact]
    public async Task Accounts_are_unavailable_within_the_time_out_while_PostgreSQL_is_frozen_and_there_again_afterwards()
    {
        Assert.True((await CreateAsync("ann")).Succeeded);
        await using var impatient = postgres.Open("accounts;Port=" + _server.Port, add: services =>
        {
            services.Configure<PostgreSqlAccountOptions>(options => options.Timeout = TimeSpan.FromSeconds(1));
            services.AddHealthChecks().AddPostgreSqlAccounts();
        });
        Assert.NotNull(await FindAsync("ann", impatient));

        await _server.SuspendAsync();
        try
        {
            // Over the connection that is open, and over a new one. Beyond the time-out, two seconds for the server to hear of it.
            var both = Enumerable.Range(0, 2).Select(_ => Assert.ThrowsAsync<AccountsUnavailableException>(() => FindAsync("ann", impatient)));
            var health = impatient.GetRequiredService<HealthCheckService>().CheckHealthAsync();
            await Task.WhenAll([.. both, health]).WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(HealthStatus.Unhealthy, (await health).Status);
        }
        finally
        {
            await _server.ResumeAsync();
        }

        Assert.NotNull(await FindAsync("ann", impatient));
    }

    [Fact]
    public async Task Connections_that_died_while_nobody_used_them_cost_no_reader_an_error()
    {
        Assert.True((await CreateAsync("ann")).Succeeded);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FindAsync("ann")));

        await _server.StopAsync();
        await _server.StartAgainAsync();

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => FindAsync("ann"))), Assert.NotNull);
    }

    [Fact]
    public async Task Missing_tables_are_unhealthy_and_the_report_says_which_migration_is_missing()
    {
        await using var services = postgres.Open(
            await postgres.Server.CreateDatabaseAsync(), add: all => all.AddHealthChecks().AddPostgreSqlAccounts());

        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains("_Accounts", report.Entries["postgresql-accounts"].Description, StringComparison.Ordinal);
    }

    private async Task<HealthStatus> HealthAsync() =>
        (await _services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

    private async Task<Account?> FindAsync(string name, ServiceProvider? services = null)
    {
        await using var scope = (services ?? _services).CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<UserManager<Account>>().FindByNameAsync(name);
    }

    private async Task<IdentityResult> CreateAsync(string name)
    {
        await using var scope = _services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<UserManager<Account>>()
            .CreateAsync(new Account { UserName = name, Email = name + "@example.com" }, "correct horse battery");
    }
}
