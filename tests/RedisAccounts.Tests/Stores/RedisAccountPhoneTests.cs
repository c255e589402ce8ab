using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

namespace RedisAccounts.Tests.Stores;

/// <summary>Accounts found by their phone numbers in Redis.</summary>
public sealed class RedisAccountPhoneTests(AccountServices redis) : AccountPhoneContract, IClassFixture<AccountServices>
{
    private readonly string _prefix = AccountServices.NewPrefix();

    protected override IUserStore<Account> Open() =>
        redis.Start(options => options.KeyPrefix = _prefix).ServiceProvider.GetRequiredService<IUserStore<Account>>();
}
