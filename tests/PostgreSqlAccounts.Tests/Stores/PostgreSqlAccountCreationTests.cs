using Microsoft.AspNetCore.Identity;

using RedisAccounts;
using RedisAccounts.Tests.Stores;

namespace PostgreSqlAccounts.Tests.Stores;

/// <summary>Accounts made and found in PostgreSQL.</summary>
public sealed class PostgreSqlAccountCreationTests(OneDatabase database) : AccountCreationContract, IClassFixture<OneDatabase>
{
    protected override IUserStore<Account> Open() => database.OpenStore();
}
