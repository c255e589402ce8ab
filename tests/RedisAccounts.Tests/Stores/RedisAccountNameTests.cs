namespace RedisAccounts.Tests.Stores;

public sealed class RedisAccountNameTests(AccountServices redis) : AccountNameContract, IClassFixture<AccountServices>
{
    private readonly string _prefix = AccountServices.NewPrefix();

    protected override IServiceProvider Services() => redis.Start(options => options.KeyPrefix = _prefix).ServiceProvider;
}
