using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

using RespClient;

using TestServers;

namespace RedisSessions.Tests.Health;

public sealed class SessionHealthCheckTests : IAsyncLifetime
{
    private RedisServer? _server;
    private RedisClient? _client;
    private ServiceProvider? _services;

    private RedisServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _client = await RedisClient.ConnectAsync(Server.ConnectionString);
        var services = new ServiceCollection().AddLogging().AddSingleton<IRedisClient>(_client);
        services.Configure<RedisSessionOptions>(options => options.IoTimeout = TimeSpan.FromMilliseconds(500));
        services.AddHealthChecks().AddRedisSessions(tags: ["ready"]);
        _services = services.BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _services!.DisposeAsync();
        await _client!.DisposeAsync();
        await Server.DisposeAsync();
    }

    [Fact]
    public async Task A_Redis_that_reads_and_writes_is_healthy()
    {
        var entry = await CheckAsync();

        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.InRange((double)entry.Data["roundTripMilliseconds"], 0, 10_000);
        Assert.Equal(["ready"], entry.Tags);
    }

    [Fact]
    public async Task The_check_leaves_nothing_behind_in_Redis()
    {
        await CheckAsync();

        var ttl = await Server.CliAsync("PTTL", "SESSION-HEALTH");
        Assert.InRange(int.Parse(ttl, System.Globalization.CultureInfo.InvariantCulture), -2, 1000);
        Assert.NotEqual("-1", ttl);
        await Eventually.TrueAsync(async () => await Server.CliAsync("DBSIZE") == "0");
    }

    [Fact]
    public async Task The_check_turns_both_ways_when_Redis_stops_and_comes_back()
    {
        await Server.StopAsync();
        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync()).Status);

        await Server.StartAgainAsync();

        await Eventually.TrueAsync(async () => (await CheckAsync()).Status == HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_frozen_Redis_is_unhealthy_within_the_time_out()
    {
        Server.Suspend();
        try
        {
            var entry = await CheckAsync();

            Assert.Equal(HealthStatus.Unhealthy, entry.Status);
            Assert.InRange(entry.Duration, TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(3));
        }
        finally
        {
            Server.Resume();
        }
    }

    [Theory]
    [InlineData("ReadOnly", "REPLICAOF", "127.0.0.1", "1")]
    [InlineData("OutOfMemory", "CONFIG", "SET", "maxmemory", "1")]
    public async Task A_Redis_that_refuses_writes_is_degraded_and_says_why(string kind, params string[] command)
    {
        await Server.CliAsync(command);

        var entry = await CheckAsync();

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains(kind, entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_of_Redis_who_may_only_ping_is_unhealthy_and_told_why()
    {
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
        await Server.CliAsync("ACL", "SETUSER", "default", "-@all", "+ping");

        var entry = await CheckAsync();

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("NoPermission", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_failure_status_can_be_chosen_by_the_application()
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IRedisClient>(_client!);
        services.AddHealthChecks().AddRedisSessions("sessions", HealthStatus.Degraded);
        await using var provider = services.BuildServiceProvider();
        await Server.StopAsync();

        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(HealthStatus.Degraded, report.Entries["sessions"].Status);
    }

    private async Task<HealthReportEntry> CheckAsync() =>
        (await _services!.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["redis-sessions"];
}
