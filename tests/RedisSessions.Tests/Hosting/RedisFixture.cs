using TestServers;

namespace RedisSessions.Tests.Hosting;

/// <summary>A Redis for the tests of one class, which run one after another.</summary>
public sealed class RedisFixture : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
