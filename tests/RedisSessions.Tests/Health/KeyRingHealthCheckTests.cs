using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

using RespClient;

using TestServers;

namespace RedisSessions.Tests.Health;

public sealed class KeyRingHealthCheckTests : IAsyncLifetime
{
    private const string Ring = "DataProtection-Keys";
    private const string Key = "<key id=\"6a3b4f3e-0d3c-4c58-9d0a-0a4a4d2f9c11\"/>";

    private RedisServer? _server;
    private RedisClient? _client;

    private RedisServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _client = await RedisClient.ConnectAsync(Server.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await _client!.DisposeAsync();
        await Server.DisposeAsync();
    }

    [Fact]
    public async Task A_ring_that_is_read_and_written_is_healthy_and_stays_as_it_was()
    {
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
        Assert.Equal("0", await Server.CliAsync("EXISTS", Ring));

        await Server.CliAsync("RPUSH", Ring, Key, "<other/>");
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);
        Assert.Equal($"{Key}\n<other/>", await Server.CliAsync("LRANGE", Ring, "0", "-1"));
    }

    [Theory]
    [InlineData("ReadOnly", "REPLICAOF", "127.0.0.1", "1")]
    [InlineData("OutOfMemory", "CONFIG", "SET", "maxmemory", "1")]
    [InlineData("NoPermission", "ACL", "SETUSER", "default", "-rpush")]
    [InlineData("NoPermission", "ACL", "SETUSER", "default", "-lrem")]
    public async Task A_ring_that_cannot_be_written_is_degraded_with_a_key_and_unhealthy_without(string kind, params string[] command)
    {
        await Server.CliAsync("RPUSH", Ring, Key);
        await Server.CliAsync(command);

        var withKey = await CheckAsync();
        var without = await CheckAsync("other");

        Assert.Equal(HealthStatus.Degraded, withKey.Status);
        Assert.Contains(kind, withKey.Description, StringComparison.Ordinal);
        Assert.Equal(HealthStatus.Unhealthy, without.Status);
        Assert.Equal("0", await Server.CliAsync("EXISTS", "other"));
        Assert.Equal("1", await Server.CliAsync("LLEN", Ring));
    }

    [Theory]
    [InlineData("SET", Ring, "a string")]
    [InlineData("ACL", "SETUSER", "default", "resetkeys", "~SESSION*")]
    [InlineData("ACL", "SETUSER", "default", "-lrange")]
    public async Task A_ring_that_cannot_be_read_is_unhealthy_and_told_why(params string[] command)
    {
        await Server.CliAsync(command);

        var entry = await CheckAsync();

        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("cannot be read", entry.Description, StringComparison.Ordinal);
    }

    private async Task<HealthReportEntry> CheckAsync(string ring = Ring)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IRedisClient>(_client!);
        services.AddHealthChecks().AddRedisKeyRing(ring);
        await using var provider = services.BuildServiceProvider();
        return (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["redis-key-ring"];
    }
}
