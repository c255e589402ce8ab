using Microsoft.AspNetCore.Identity;

using RedisAccounts;
using RedisAccounts.Tests.Stores;

namespace PostgreSqlAccounts.Tests.Stores;

/// <summary>Accounts changed and deleted in PostgreSQL.</summary>
public sealed class PostgreSqlAccountChangeTests(OneDatabase database) : AccountChangeContract, IClassFixture<OneDatabase>
{
    protected override IUserStore<Account> Open() => database.OpenStore();
}
