using TestServers;

namespace RespClient.Tests.Connections;

/// <summary>One server for the tests of a class, which keep apart by their keys.</summary>
public sealed class RedisServerFixture : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    public Task<RedisClient> ConnectAsync() => RedisClient.ConnectAsync(Server.ConnectionString);
}
