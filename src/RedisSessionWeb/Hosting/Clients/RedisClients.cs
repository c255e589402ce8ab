using Microsoft.Extensions.Options;

using RespClient;

using StackExchange.Redis;

namespace RedisSessionWeb.Hosting.Clients;

/// <summary>The client that carries all commands: <c>Redis:Client</c> names it, and both read the same settings.</summary>
internal static class RedisClients
{
    private const string Ours = "RespClient", Theirs = "StackExchange.Redis";

    // The default.
    private const string ThisMachine = "127.0.0.1:6379";

    /// <exception cref="OptionsValidationException"><c>Redis:Client</c> is not a known name.</exception>
    public static IServiceCollection AddRedis(this IServiceCollection services, IConfiguration configuration)
    {
        var client = configuration["Redis:Client"] is { Length: > 0 } named ? named : Ours;
        if (client.Equals(Theirs, StringComparison.OrdinalIgnoreCase))
        {
            services.AddSingleton<IConnectionMultiplexer>(provider => ConnectionMultiplexer.Connect(
                MultiplexerConfiguration.Of(provider.GetRequiredService<IOptions<RedisClientOptions>>().Value)));
            services.AddStackExchangeRedisClient();
        }
        else if (!client.Equals(Ours, StringComparison.OrdinalIgnoreCase))
        {
            throw new OptionsValidationException("Redis:Client", typeof(RedisClients), [$"Redis:Client is '{client}'; allowed: {Ours}, {Theirs}."]);
        }

        // The client that is there already stays; the options are those of both.
        return services.AddRespClient(options => Read(options, configuration));
    }

    /// <summary>Connects once, so that a wrong address or password shows at start; <c>abortConnect=false</c> goes on without.</summary>
    /// <exception cref="RespClient.RedisException">No server could be reached, or it refused.</exception>
    /// <exception cref="StackExchange.Redis.RedisConnectionException">The same, by the other client.</exception>
    public static async Task ReachAsync(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<RedisClientOptions>>().Value;
        if (services.GetService<IConnectionMultiplexer>() is null && options.AbortOnConnectFail)
        {
            await using var client = await RedisClient.ConnectAsync(options);
        }
    }

    private static void Read(RedisClientOptions options, IConfiguration configuration)
    {
        var key = configuration["Redis:ConnectionString"] is null && configuration.GetConnectionString("Redis") is not null
            ? "ConnectionStrings:Redis" : "Redis:ConnectionString";
        try
        {
            options.ConnectionString = configuration[key] ?? ThisMachine;
        }
        catch (ArgumentException e)
        {
            // "ConnectionString has …"
            throw new OptionsValidationException("Redis", typeof(RedisClientOptions), [key + e.Message["ConnectionString".Length..]]);
        }
    }
}
