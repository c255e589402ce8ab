using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts;
using RedisAccounts.Tests.Stores;

using RedisSessions.Tests.Contract;
using RedisSessions.Tests.Hosting;

using RespClient;

namespace RespClient.StackExchangeRedis.Tests;

/// <summary>The contract of sessions over StackExchange.Redis.</summary>
public sealed class SessionsOverMultiplexerTests(Multiplexed redis) : SessionContract, IClassFixture<Multiplexed>
{
    private protected override ValueTask<SessionAppSetup> SetupAsync() => new(new SessionAppSetup
    {
        Services = services => services.AddSingleton(redis.Connection).AddStackExchangeRedisClient(),
        Options = options => options.NearCacheBytes = 16 * 1024 * 1024,
        Endpoints = MapEndpoints,
    });

    [Fact]
    public async Task That_the_near_cache_is_off_is_said_once_in_the_log()
    {
        for (var i = 0; i < 3; i++)
        {
            await Browser.GetAsync("/set?k=a&v=1");
        }

        Assert.Single(App.Log.OfSessions, line => line.Text.Contains("near cache", StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>The contract of sessions over Microsoft's RedisCache as the plain cache it is.</summary>
public sealed class SessionsOverRedisCacheTests(Multiplexed redis) : SessionContract, IClassFixture<Multiplexed>
{
    private protected override ValueTask<SessionAppSetup> SetupAsync() => new(new SessionAppSetup
    {
        // A connection of its own: this cache closes the one it is given.
        Services = services => services.AddStackExchangeRedisCache(options =>
            options.ConnectionMultiplexerFactory = () => Multiplexed.ConnectAsync(redis.Server)),
        Endpoints = MapEndpoints,
    });
}

/// <summary>Stores of accounts over StackExchange.Redis.</summary>
public sealed class AccountStores : IDisposable
{
    private readonly string _prefix = $"T{Guid.NewGuid():N}:";
    private ServiceProvider? _services;

    public IUserStore<Account> Open(Multiplexed redis)
    {
        _services ??= Build(redis);
        return _services.CreateScope().ServiceProvider.GetRequiredService<IUserStore<Account>>();
    }

    public void Dispose() => _services?.Dispose();

    private ServiceProvider Build(Multiplexed redis)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddSingleton<IRedisClient>(new MultiplexerRedisClient(redis.Connection));
        services.AddRedisAccounts(options => options.KeyPrefix = _prefix);
        return services.BuildServiceProvider();
    }
}

/// <summary>Accounts made and found over StackExchange.Redis.</summary>
public sealed class AccountCreationTests(Multiplexed redis, AccountStores stores)
    : AccountCreationContract, IClassFixture<Multiplexed>, IClassFixture<AccountStores>
{
    protected override IUserStore<Account> Open() => stores.Open(redis);
}

/// <summary>Accounts changed and deleted over StackExchange.Redis.</summary>
public sealed class AccountChangeTests(Multiplexed redis, AccountStores stores)
    : AccountChangeContract, IClassFixture<Multiplexed>, IClassFixture<AccountStores>
{
    protected override IUserStore<Account> Open() => stores.Open(redis);
}

/// <summary>Accounts found by their phone numbers over StackExchange.Redis.</summary>
public sealed class AccountPhoneTests(Multiplexed redis, AccountStores stores)
    : AccountPhoneContract, IClassFixture<Multiplexed>, IClassFixture<AccountStores>
{
    protected override IUserStore<Account> Open() => stores.Open(redis);
}
