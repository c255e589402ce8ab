using Microsoft.AspNetCore.Identity;

using RedisAccounts;
using RedisAccounts.Tests.Stores;

namespace PostgreSqlAccounts.Tests.Stores;

/// <summary>Accounts found by their phone numbers in PostgreSQL.</summary>
public sealed class PostgreSqlAccountPhoneTests(OneDatabase database) : AccountPhoneContract, IClassFixture<OneDatabase>
{
    protected override IUserStore<Account> Open() => database.OpenStore();
}
