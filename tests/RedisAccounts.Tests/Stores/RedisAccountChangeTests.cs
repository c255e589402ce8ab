using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace RedisAccounts.Tests.Stores;

/// <summary>Accounts changed and deleted in Redis.</summary>
public sealed class RedisAccountChangeTests(AccountServices redis) : AccountChangeContract, IClassFixture<AccountServices>
{
    private readonly string _prefix = AccountServices.NewPrefix();

    protected override IUserStore<Account> Open() =>
        redis.Start(options => options.KeyPrefix = _prefix).ServiceProvider.GetRequiredService<IUserStore<Account>>();
}
