using TestServers;

[assembly: AssemblyFixture(typeof(VerificationCodes.Tests.Bench.SharedRedis))]

namespace VerificationCodes.Tests.Bench;

/// <summary>One Redis for all tests of this project; each bench works under a prefix of its own.</summary>
public sealed class SharedRedis : IAsyncLifetime
{
    public RedisServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
