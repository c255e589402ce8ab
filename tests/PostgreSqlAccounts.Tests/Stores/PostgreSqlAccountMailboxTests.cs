using Microsoft.Extensions.DependencyInjection;

using RedisAccounts.Tests.Stores;

namespace PostgreSqlAccounts.Tests.Stores;

public sealed class PostgreSqlAccountMailboxTests(OneDatabase database) : AccountMailboxContract, IClassFixture<OneDatabase>
{
    protected override IServiceProvider Services() => database.Services.CreateScope().ServiceProvider;
}
