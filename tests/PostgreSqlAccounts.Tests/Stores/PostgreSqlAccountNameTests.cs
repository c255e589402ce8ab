using Microsoft.Extensions.DependencyInjection;

using RedisAccounts.Tests.Stores;

namespace PostgreSqlAccounts.Tests.Stores;

public sealed class PostgreSqlAccountNameTests(OneDatabase database) : AccountNameContract, IClassFixture<OneDatabase>
{
    protected override IServiceProvider Services() => database.Services.CreateScope().ServiceProvider;
}
