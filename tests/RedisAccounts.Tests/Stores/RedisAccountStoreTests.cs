using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts.SignIn;

namespace RedisAccounts.Tests.Stores;

/// <summary>Accounts made and found in Redis; and what holds for this store alone: its keys and its round trips.</summary>
public sealed class RedisAccountStoreTests(AccountServices redis) : AccountCreationContract, IClassFixture<AccountServices>
{
    private readonly string _prefix = AccountServices.NewPrefix();

    protected override IUserStore<Account> Open() =>
        redis.Start(options => options.KeyPrefix = _prefix).ServiceProvider.GetRequiredService<IUserStore<Account>>();

    [Fact]
    public async Task An_account_is_three_keys_without_a_time_to_live()
    {
        var account = await CreateAsync(NewAccount("ann"));

        Assert.Equal(
            new[]
            {
                $"{_prefix}{{all}}:email:{account.NormalizedEmail}",
                $"{_prefix}{{all}}:id:{account.Id}",
                $"{_prefix}{{all}}:name:{account.NormalizedUserName}",
            },
            await KeysAsync());
        foreach (var key in await KeysAsync())
        {
            Assert.Equal("-1", await redis.Server.CliAsync("PTTL", key));
        }
    }

    [Fact]
    public async Task Deleting_an_account_leaves_no_key_of_it()
    {
        var account = await CreateAsync(NewAccount("ann"));
        (account.PhoneNumber, account.PhoneNumberConfirmed) = (Number(), true);
        await UpdateAsync(account);
        await using var scope = redis.Start(options => options.KeyPrefix = _prefix);
        var throttle = scope.ServiceProvider.GetRequiredService<SignInThrottle>();
        await throttle.RememberAsync(account.Id, null);

        Assert.True((await Open().DeleteAsync(account, default)).Succeeded);

        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task A_confirmed_number_is_a_fourth_key_and_one_that_is_not_confirmed_is_none()
    {
        var account = await CreateAsync(NewAccount("ann"));
        account.PhoneNumber = Number();
        await UpdateAsync(account);
        Assert.Equal(3, (await KeysAsync()).Count());

        account.PhoneNumberConfirmed = true;
        await UpdateAsync(account);

        Assert.Equal(4, (await KeysAsync()).Count());
        Assert.Equal(account.Id, await redis.Server.CliAsync("GET", $"{_prefix}{{all}}:phone:{Number()}"));
    }

    [Fact]
    public async Task A_field_of_a_later_version_survives_an_update()
    {
        var account = await CreateAsync(NewAccount("ann"));
        var key = $"{_prefix}{{all}}:id:{account.Id}";
        await redis.Server.CliAsync("HSET", key, "field_of_tomorrow", "kept");

        await Open().UpdateAsync(account, default);

        Assert.Equal("kept", await redis.Server.CliAsync("HGET", key, "field_of_tomorrow"));
    }

    [Fact]
    public async Task A_key_that_holds_something_else_is_told_apart_from_no_account()
    {
        await redis.Server.CliAsync("HSET", _prefix + "{all}:id:broken", "x", "y");

        await Assert.ThrowsAsync<FormatException>(() => Open().FindByIdAsync("broken", default));
    }

    [Fact]
    public async Task Finding_by_id_costs_one_round_trip_and_by_name_two_whether_or_not_there_is_such_a_name()
    {
        var account = await CreateAsync(NewAccount("ann"));
        // Redis knows the scripts from then on: one that it does not know is sent twice.
        await Open().FindByNameAsync(account.NormalizedUserName!, default);
        await using var monitor = await redis.Server.MonitorAsync();

        await Open().FindByIdAsync(account.Id, default);
        await Open().FindByNameAsync(account.NormalizedUserName!, default);
        await Open().FindByNameAsync("nobody-has-this", default);

        Assert.Equal(5, (await monitor.CommandsAsync()).Count(line => line.Contains(_prefix, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Creating_and_updating_cost_one_round_trip_each()
    {
        var account = NewAccount("ann");
        await CreateAsync(account);
        await Open().UpdateAsync(account, default);
        await using var monitor = await redis.Server.MonitorAsync();

        await CreateAsync(NewAccount("bob"));
        account.AccessFailedCount = 1;
        await Open().UpdateAsync(account, default);

        Assert.Equal(2, (await monitor.CommandsAsync()).Count(line => line.Contains(_prefix, StringComparison.Ordinal)));
    }

    private async Task<IEnumerable<string>> KeysAsync() =>
        (await redis.Server.CliAsync("--scan", "--pattern", _prefix + "*"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
}
