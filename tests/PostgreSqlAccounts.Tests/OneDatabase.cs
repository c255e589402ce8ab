using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts;

namespace PostgreSqlAccounts.Tests;

/// <summary>A database for the tests of a class.</summary>
public sealed class OneDatabase(PostgreSql postgres) : IAsyncLifetime
{
    private ServiceProvider? _services;

    public string Name { get; private set; } = "";

    public IServiceProvider Services => _services ?? throw new InvalidOperationException("Not started.");

    public async ValueTask InitializeAsync()
    {
        Name = await postgres.CreateDatabaseAsync();
        _services = postgres.Open(Name);
    }

    /// <summary>The store of a request of its own.</summary>
    public IUserStore<Account> OpenStore() => Services.CreateScope().ServiceProvider.GetRequiredService<IUserStore<Account>>();

    public ValueTask DisposeAsync() => _services?.DisposeAsync() ?? default;
}
