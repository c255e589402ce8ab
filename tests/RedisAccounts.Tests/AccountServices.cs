using System.Globalization;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RespClient;

using TestServers;

namespace RedisAccounts.Tests;

/// <summary>The services of an application that keeps its accounts on a Redis of the test's own.</summary>
public sealed class AccountServices : IAsyncLifetime
{
    private RedisServer? _server;
    private ServiceProvider? _clients;

    public RedisServer Server => _server ?? throw new InvalidOperationException("Not started.");

    public IRedisClient Client => _clients?.GetRequiredService<IRedisClient>() ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _clients = ClientUnderTest.Add(new ServiceCollection(), _server.ConnectionString).BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        if (_clients is not null)
        {
            await _clients.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A key prefix that no other test uses.</summary>
    public static string NewPrefix() => $"T{Guid.NewGuid():N}:";

    // Redis' clock is not ours to move: what it wrote down is moved back instead.
    /// <summary>Lets time pass for the sign-in throttle under a key prefix.</summary>
    public Task PassAsync(string prefix, TimeSpan time) => Server.CliAsync(
        "EVAL",
        """
        for _, key in ipairs(redis.call('KEYS', ARGV[1] .. '*:tries:*')) do
            for _, field in ipairs({ 'since', 'next' }) do
                redis.call('HSET', key, field, string.format('%.0f', redis.call('HGET', key, field) - ARGV[2]))
            end
        end
        """,
        "0", prefix, Math.Ceiling(time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));

    /// <summary>One scope of the application; hashing is cheap, unless a test is about hashing.</summary>
    public AsyncServiceScope Start(
        Action<AccountOptions>? configure = null, Action<IServiceCollection>? add = null, bool cheapHashes = true)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton(Client);
        services.AddRedisAccounts(options =>
        {
            options.KeyPrefix = NewPrefix();
            configure?.Invoke(options);
        });
        if (cheapHashes)
        {
            services.PostConfigure<PasswordHasherOptions>(hasher => hasher.IterationCount = 1);
        }

        add?.Invoke(services);
        return services.BuildServiceProvider(validateScopes: true).CreateAsyncScope();
    }
}
