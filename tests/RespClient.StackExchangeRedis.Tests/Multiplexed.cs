using System.Runtime.CompilerServices;

using Microsoft.Extensions.DependencyInjection;

using StackExchange.Redis;

using TestServers;

namespace RespClient.StackExchangeRedis.Tests;

/// <summary>A Redis, and the connection an application would own already.</summary>
public sealed class Multiplexed : IAsyncLifetime
{
    /// <summary>All tests that other projects share with this one run over StackExchange.Redis here.</summary>
    [ModuleInitializer]
    internal static void Choose() => ClientUnderTest.Add = (services, connectionString) => services
        .AddSingleton<IConnectionMultiplexer>(_ => ConnectionMultiplexer.Connect(connectionString + ",abortConnect=false,allowAdmin=true"))
        .AddStackExchangeRedisClient();

    public RedisServer Server { get; private set; } = null!;

    public IConnectionMultiplexer Connection { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RedisServer.StartAsync();
        Connection = await ConnectAsync(Server);
    }

    public static async Task<IConnectionMultiplexer> ConnectAsync(RedisServer server, Action<ConfigurationOptions>? configure = null)
    {
        var options = ConfigurationOptions.Parse(server.ConnectionString);
        options.AbortOnConnectFail = false;
        configure?.Invoke(options);
        return await ConnectionMultiplexer.ConnectAsync(options);
    }

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await Server.DisposeAsync();
    }
}
