using System.Diagnostics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using RespClient.Commands;

using TestServers;

namespace RespClient.Tests.Configuration;

public sealed class AddRespClientTests
{
    [Fact]
    public async Task BothServicesAreOneClientThatConnectsInTheBackground()
    {
        await using var server = await RedisServer.StartAsync();
        await using var provider = new ServiceCollection().AddRespClient(o => o.ConnectionString = server.ConnectionString).BuildServiceProvider();
        var client = provider.GetRequiredService<IRedisClient>();
        Assert.Same(provider.GetRequiredService<RedisClient>(), client);
        await client.PingAsync();
    }

    [Fact]
    public async Task AServerThatIsAwayNeitherBlocksNorFailsTheConstruction()
    {
        var port = RedisServer.FreePort();
        await using var provider = new ServiceCollection()
            .AddRespClient(o =>
            {
                o.ConnectionString = $"127.0.0.1:{port}";
                o.CommandTimeout = TimeSpan.FromMilliseconds(200);
            })
            .BuildServiceProvider();
        var started = Stopwatch.GetTimestamp();
        var client = provider.GetRequiredService<RedisClient>();
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2));
        var error = await Assert.ThrowsAsync<RedisConnectionException>(async () => await client.PingAsync());
        Assert.Equal(CommandOutcome.NotSent, error.Outcome);
        Assert.Contains($"127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OptionsOutOfRangeAreNamedWithValueAndRange()
    {
        await using var provider = new ServiceCollection()
            .AddRespClient(o =>
            {
                o.ConnectTimeout = TimeSpan.Zero;
                o.Database = -1;
                o.ClientName = "two words";
                o.ReplyLimits = o.ReplyLimits with { MaxDepth = 0 };
            })
            .BuildServiceProvider();
        var error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<RedisClient>());
        Assert.Contains(error.Failures, f => f == "ConnectTimeout is 00:00:00; allowed is 00:00:00.0100000 to 00:10:00.");
        Assert.Contains(error.Failures, f => f.StartsWith("Database is -1;", StringComparison.Ordinal));
        Assert.Contains(error.Failures, f => f.StartsWith("ClientName is 'two words';", StringComparison.Ordinal));
        Assert.Contains(error.Failures, f => f.StartsWith("MaxDepth is 0;", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AClientRegisteredBeforeIsKept()
    {
        var services = new ServiceCollection();
        var own = new StubClient();
        services.AddSingleton<IRedisClient>(own);
        services.AddRespClient(o => o.ConnectionString = "localhost");
        await using var provider = services.BuildServiceProvider();
        Assert.Same(own, provider.GetRequiredService<IRedisClient>());
    }

    [Fact]
    public void AProviderIsDisposedWithoutAwaitingToo()
    {
        var provider = new ServiceCollection().AddRespClient(o => o.ConnectionString = $"127.0.0.1:{RedisServer.FreePort()}").BuildServiceProvider();
        var client = provider.GetRequiredService<RedisClient>();
        provider.Dispose();
        Assert.False(client.IsConnected);
    }

    private sealed class StubClient : IRedisClient
    {
        public ValueTask<RespClient.Protocol.RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) => default;
    }
}
