using System.Diagnostics;

using Microsoft.Extensions.Configuration;
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
        await using var provider = new ServiceCollection().AddRespClient(server.ConnectionString).BuildServiceProvider();
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

    [Theory]
    [InlineData("ConnectionStrings:Redis", "ConnectionStrings:Redis=h:1,asyncTimeout=700", 700)]
    [InlineData("Redis", "Redis:ConnectionString=h:1,asyncTimeout=700", 700)]
    [InlineData("Redis", "Redis:ConnectionString=h:1,asyncTimeout=700;Redis:CommandTimeout=00:00:03", 3000)]
    public async Task ASectionIsAConnectionStringOrHasOneAndOptionsThatReplaceWhatItSays(string section, string settings, int milliseconds)
    {
        await using var provider = new ServiceCollection().AddRespClient(Section(section, settings)).BuildServiceProvider();

        var options = provider.GetRequiredService<IOptions<RedisClientOptions>>().Value;

        Assert.Equal("h:1,asyncTimeout=700", options.ConnectionString);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), options.CommandTimeout);
    }

    [Theory]
    [InlineData("ConnectionString has an option that is not known.", "Redis:ConnectionString=h,pass_word=secret")]
    [InlineData("Redis is not in the configuration; it is a connection string, or has the key ConnectionString.", "Other:ConnectionString=h")]
    public async Task ASectionThatIsWrongOrMissingIsToldByItsNameAndShowsNoValue(string message, string settings)
    {
        await using var provider = new ServiceCollection().AddRespClient(Section("Redis", settings)).BuildServiceProvider();

        var error = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<RedisClient>());

        Assert.EndsWith(message, Assert.Single(error.Failures), StringComparison.Ordinal);
        Assert.StartsWith("Redis", error.Failures.Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AKeyedClientIsASecondRedisBesideTheFirstWithItsOwnOptions()
    {
        await using var first = await RedisServer.StartAsync();
        await using var second = await RedisServer.StartAsync();
        await using var provider = new ServiceCollection()
            .AddRespClient(first.ConnectionString)
            .AddKeyedRespClient("second", second.ConnectionString)
            .AddKeyedRespClient("third", Section("Redis", "Redis:ConnectionString=" + second.ConnectionString + ",defaultDatabase=3"))
            .BuildServiceProvider();

        await provider.GetRequiredService<IRedisClient>().SetAsync("where", "first");
        await provider.GetRequiredKeyedService<IRedisClient>("second").SetAsync("where", "second");
        await provider.GetRequiredKeyedService<IRedisClient>("third").SetAsync("where", "third");

        Assert.Equal("first", await first.CliAsync("GET", "where"));
        Assert.Equal("second", await second.CliAsync("GET", "where"));
        Assert.Equal("third", await second.CliAsync("-n", "3", "GET", "where"));
        Assert.Same(provider.GetRequiredKeyedService<RedisClient>("second"), provider.GetRequiredKeyedService<IRedisClient>("second"));
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

    private static IConfigurationSection Section(string path, string settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Split(';').Select(setting => setting.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
        .Build().GetSection(path);

    private sealed class StubClient : IRedisClient
    {
        public ValueTask<RespClient.Protocol.RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) => default;
    }
}
