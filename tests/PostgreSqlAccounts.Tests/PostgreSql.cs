using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using PostgreSqlAccounts.Schema;
using PostgreSqlAccounts.Tests;

using RespClient;

using TestServers;

[assembly: AssemblyFixture(typeof(PostgreSql))]

namespace PostgreSqlAccounts.Tests;

/// <summary>One PostgreSQL and one Redis for all tests of this project; a database and a key prefix for each that asks.</summary>
public sealed class PostgreSql : IAsyncLifetime
{
    private PostgreSqlServer? _server;
    private RedisServer? _redis;
    private RedisClient? _client;
    private string? _template;

    public PostgreSqlServer Server => _server ?? throw new InvalidOperationException("Not started.");

    public RedisServer Redis => _redis ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _client = await RedisClient.ConnectAsync(_redis.ConnectionString);
        _server = await PostgreSqlServer.StartAsync();
        _template = await _server.CreateDatabaseAsync();
        await using var services = Build(_server.ConnectionString(_template) + ";Pooling=false");
        await services.GetRequiredService<AccountSchema>().MigrateAsync();
    }

    /// <summary>A database with the tables, and no account.</summary>
    public Task<string> CreateDatabaseAsync() => Server.CreateDatabaseAsync(_template);

    /// <summary>The services of an application with its accounts in a database.</summary>
    public ServiceProvider Open(string database, string? redisPrefix = null, Action<IServiceCollection>? add = null, bool cheapHashes = true) =>
        Build(Server.ConnectionString(database), redisPrefix, add, cheapHashes);

    /// <summary>The services of an application with its accounts in Redis.</summary>
    public ServiceProvider OpenRedis(string prefix)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IRedisClient>(_client!);
        services.AddRedisAccounts(options => options.KeyPrefix = prefix);
        services.PostConfigure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1);
        return services.BuildServiceProvider(validateScopes: true);
    }

    /// <summary>A key prefix that no other test uses.</summary>
    public static string NewPrefix() => $"T{Guid.NewGuid():N}:";

    public async ValueTask DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        if (_redis is not null)
        {
            await _redis.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private ServiceProvider Build(
        string connectionString, string? redisPrefix = null, Action<IServiceCollection>? add = null, bool cheapHashes = true)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IRedisClient>(_client!);
        services.AddRedisAccounts(options => options.KeyPrefix = redisPrefix ?? NewPrefix())
            .AddPostgreSqlStore(options => options.ConnectionString = connectionString);
        if (cheapHashes)
        {
            services.PostConfigure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1);
        }

        add?.Invoke(services);
        return services.BuildServiceProvider(validateScopes: true);
    }
}
