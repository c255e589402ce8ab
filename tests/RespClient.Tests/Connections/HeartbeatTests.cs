using TestServers;
using TestServers.Proxy;

namespace RespClient.Tests.Connections;

public sealed class HeartbeatTests(RedisServerFixture fixture) : IClassFixture<RedisServerFixture>
{
    [Fact]
    public async Task An_idle_connection_is_pinged_and_a_dead_one_is_replaced_before_anybody_needs_it()
    {
        await using var proxy = FaultProxy.Start(fixture.Server.Port);
        await using var client = await RedisClient.ConnectAsync(new RedisClientOptions
        {
            ConnectionString = proxy.ConnectionString,
            HeartbeatInterval = TimeSpan.FromMilliseconds(100),
            CommandTimeout = TimeSpan.FromMilliseconds(200),
        });
        await using var monitor = await fixture.Server.MonitorAsync();
        await Eventually.TrueAsync(async () => (await monitor.LinesAsync()).Any(line => line.Contains("PING", StringComparison.OrdinalIgnoreCase)));
        proxy.HalfOpen();
        await Eventually.TrueAsync(() => proxy.Connections > 1);
        proxy.Heal();
        await Eventually.TrueAsync(() => client.IsConnected);
    }
}
