using System.Globalization;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using PostgreSqlAccounts.Moving;

using RedisAccounts;
using RedisAccounts.Passwords;
using RedisAccounts.SignIn;

namespace PostgreSqlAccounts.Tests.Moving;

/// <summary>Accounts move from Redis to PostgreSQL, and nothing is lost on the way.</summary>
public sealed class AccountMoveTests(PostgreSql postgres) : IAsyncLifetime
{
    private const string Password = "correct horse battery";

    private readonly string _prefix = PostgreSql.NewPrefix();
    private string _database = "";
    private ServiceProvider _redis = null!;
    private ServiceProvider _new = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await postgres.CreateDatabaseAsync();
        _redis = postgres.OpenRedis(_prefix);
        _new = postgres.Open(_database, _prefix);
    }

    public async ValueTask DisposeAsync()
    {
        await _redis.DisposeAsync();
        await _new.DisposeAsync();
    }

    [Fact]
    public async Task Every_account_is_moved_whole_and_its_password_goes_on_working()
    {
        var account = await CreateAsync(_redis, "ann");
        await WithAsync(_redis, async accounts =>
        {
            account = (await accounts.FindByIdAsync(account.Id))!;
            (account.PhoneNumber, account.PhoneNumberConfirmed, account.TwoFactorEnabled) = ("+441632960001", true, true);
            (account.LockoutEnabled, account.LockoutEnd, account.AccessFailedCount) = (true, DateTimeOffset.MaxValue, 3);
            Assert.True((await accounts.UpdateAsync(account)).Succeeded);
            account = (await accounts.FindByIdAsync(account.Id))!;
        });

        Assert.Equal((1, 0, 0), Counts(await MoveAsync()));

        await WithAsync(_new, async accounts =>
        {
            Assert.Equivalent(account, await accounts.FindByEmailAsync("ann@example.com"), strict: true);
            Assert.True(await accounts.CheckPasswordAsync(account, Password));
        });
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task A_second_run_moves_nothing_and_changes_nothing()
    {
        for (var i = 0; i < 30; i++)
        {
            await CreateAsync(_redis, "user" + i.ToString(CultureInfo.InvariantCulture));
        }

        Assert.Equal((30, 0, 0), Counts(await MoveAsync()));
        var before = await RowsAsync();

        Assert.Equal((0, 0, 0), Counts(await MoveAsync()));

        Assert.Equal(before, await RowsAsync());
        Assert.Equal("0", await postgres.Server.SqlAsync(_database, "SELECT count(*) FROM account_moves"));
    }

    [Fact]
    public async Task Two_moves_at_once_move_each_account_once()
    {
        for (var i = 0; i < 60; i++)
        {
            await CreateAsync(_redis, "user" + i.ToString(CultureInfo.InvariantCulture));
        }

        var reports = await Task.WhenAll(MoveAsync(), MoveAsync(), MoveAsync());

        Assert.All(reports, report => Assert.Empty(report.Conflicts));
        Assert.Equal("60", await postgres.Server.SqlAsync(_database, "SELECT count(*) FROM accounts"));
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task An_account_whose_name_or_address_another_has_in_PostgreSQL_stays_in_Redis_untouched()
    {
        await CreateAsync(_new, "ann", "other@example.com");
        await CreateAsync(_new, "other", "bob@example.com");
        var ann = await CreateAsync(_redis, "ann");
        var bob = await CreateAsync(_redis, "bob");
        await CreateAsync(_redis, "cat");
        var before = await KeysAsync();

        var report = await MoveAsync();

        Assert.Equal((1, 0, 2), Counts(report));
        Assert.Equal(AccountMoveObstacle.NameTaken, report.Conflicts.Single(one => one.AccountId == ann.Id).Reason);
        Assert.Equal(AccountMoveObstacle.EmailTaken, report.Conflicts.Single(one => one.AccountId == bob.Id).Reason);
        Assert.Equal(6, (await KeysAsync()).Intersect(before).Count());
        await WithAsync(_redis, async accounts => Assert.Equal(ann.ConcurrencyStamp, (await accounts.FindByNameAsync("ann"))!.ConcurrencyStamp));
    }

    [Fact]
    public async Task A_move_cut_short_after_the_copy_is_finished_by_the_next_one()
    {
        var account = await CreateAsync(_redis, "ann");
        var dump = await DumpAsync(account.Id);
        await MoveAsync();
        await RestoreAsync(account, dump);

        Assert.Equal((0, 1, 0), Counts(await MoveAsync()));

        await WithAsync(_new, async accounts => Assert.NotNull(await accounts.FindByNameAsync("ann")));
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task What_was_changed_in_PostgreSQL_after_a_move_cut_short_stands()
    {
        var account = await CreateAsync(_redis, "ann");
        var dump = await DumpAsync(account.Id);
        await MoveAsync();
        await RestoreAsync(account, dump);
        await WithAsync(_new, async accounts => Assert.True(
            (await accounts.ChangePasswordAsync((await accounts.FindByNameAsync("ann"))!, Password, "another long password")).Succeeded));

        Assert.Equal((0, 1, 0), Counts(await MoveAsync()));

        await WithAsync(_new, async accounts => Assert.True(
            await accounts.CheckPasswordAsync((await accounts.FindByNameAsync("ann"))!, "another long password")));
    }

    [Fact]
    public async Task An_account_deleted_in_PostgreSQL_after_a_move_cut_short_does_not_come_back()
    {
        var account = await CreateAsync(_redis, "ann");
        var dump = await DumpAsync(account.Id);
        await MoveAsync();
        await RestoreAsync(account, dump);
        await WithAsync(_new, async accounts => Assert.True((await accounts.DeleteAsync((await accounts.FindByNameAsync("ann"))!)).Succeeded));

        Assert.Equal((0, 1, 0), Counts(await MoveAsync()));

        await WithAsync(_new, async accounts => Assert.Null(await accounts.FindByNameAsync("ann")));
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task What_was_changed_in_Redis_after_a_move_cut_short_is_copied_again()
    {
        var account = await CreateAsync(_redis, "ann");
        var dump = await DumpAsync(account.Id);
        await MoveAsync();
        await RestoreAsync(account, dump);
        await WithAsync(_redis, async accounts => Assert.True(
            (await accounts.SetUserNameAsync((await accounts.FindByNameAsync("ann"))!, "anna")).Succeeded));

        Assert.Equal((1, 0, 0), Counts(await MoveAsync()));

        await WithAsync(_new, async accounts => Assert.Equal(account.Id, (await accounts.FindByNameAsync("anna"))!.Id));
    }

    [Fact]
    public async Task An_account_changed_in_both_stays_in_both_and_is_reported()
    {
        var account = await CreateAsync(_redis, "ann");
        var dump = await DumpAsync(account.Id);
        await MoveAsync();
        await RestoreAsync(account, dump);
        foreach (var (store, name) in (IEnumerable<(ServiceProvider, string)>)[(_redis, "anna"), (_new, "anne")])
        {
            await WithAsync(store, async accounts => Assert.True(
                (await accounts.SetUserNameAsync((await accounts.FindByNameAsync("ann"))!, name)).Succeeded));
        }

        var conflict = Assert.Single((await MoveAsync()).Conflicts);

        Assert.Equal(new AccountMoveConflict(account.Id, AccountMoveObstacle.ChangedInBoth), conflict);
        await WithAsync(_redis, async accounts => Assert.NotNull(await accounts.FindByNameAsync("anna")));
        await WithAsync(_new, async accounts => Assert.NotNull(await accounts.FindByNameAsync("anne")));
    }

    [Fact]
    public async Task A_record_that_cannot_be_read_is_reported_and_the_others_are_moved()
    {
        await postgres.Redis.CliAsync("HSET", _prefix + "{all}:id:broken", "x", "y");
        await CreateAsync(_redis, "ann");

        var report = await MoveAsync();

        Assert.Equal(1, report.Moved);
        Assert.Equal(new AccountMoveConflict("broken", AccountMoveObstacle.Unreadable), Assert.Single(report.Conflicts));
    }

    [Fact]
    public async Task A_move_ended_anywhere_and_run_again_leaves_each_account_in_PostgreSQL_once()
    {
        const int Count = 80;
        for (var i = 0; i < Count; i++)
        {
            await CreateAsync(_redis, "user" + i.ToString(CultureInfo.InvariantCulture));
        }

        var random = new Random(20260101);
        for (var round = 0; round < 12; round++)
        {
            using var end = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 30)));
            await Record.ExceptionAsync(() => _new.GetRequiredService<AccountMove>().RunAsync(cancellationToken: end.Token));

            // Whole, in one of the two or in both: never in neither.
            Assert.Equal(Count, (await IdsInRedisAsync()).Union(await IdsInPostgreSqlAsync()).Count());
        }

        Assert.Empty((await MoveAsync()).Conflicts);
        Assert.Equal(Count, (await IdsInPostgreSqlAsync()).Count());
        Assert.Empty(await KeysAsync());
    }

    [Fact]
    public async Task A_browser_that_was_known_before_the_move_is_known_after_it()
    {
        var account = await CreateAsync(_redis, "ann");
        var token = await _redis.GetRequiredService<SignInThrottle>().RememberAsync(account.Id, null);

        await MoveAsync();

        var permit = await _new.GetRequiredService<SignInThrottle>().BeginAsync(new SignInAttempt(account.Id, null, token));
        Assert.True(permit.IsKnownDevice);
    }

    [Fact]
    public async Task A_prefix_with_signs_of_a_pattern_moves_its_own_accounts_and_no_others()
    {
        var odd = _prefix + "[a-z]*?:";
        await using var source = postgres.OpenRedis(odd);
        await using var others = postgres.OpenRedis(_prefix + "b:");
        await using var target = postgres.Open(_database, odd);
        await CreateAsync(source, "ann");
        await CreateAsync(others, "bob");

        var report = await target.GetRequiredService<AccountMove>().RunAsync();

        Assert.Equal((1, 0, 0), Counts(report));
    }

    private static (int Moved, int Finished, int Conflicts) Counts(AccountMoveReport report) =>
        (report.Moved, report.Finished, report.Conflicts.Count);

    private Task<AccountMoveReport> MoveAsync() => _new.GetRequiredService<AccountMove>().RunAsync();

    private static async Task WithAsync(ServiceProvider services, Func<UserManager<Account>, Task> act)
    {
        await using var scope = services.CreateAsyncScope();
        _ = scope.ServiceProvider.GetRequiredService<PasswordCheck>();
        await act(scope.ServiceProvider.GetRequiredService<UserManager<Account>>());
    }

    private static async Task<Account> CreateAsync(ServiceProvider services, string name, string? email = null)
    {
        var account = new Account { UserName = name, Email = email ?? name + "@example.com" };
        await WithAsync(services, async accounts => Assert.True((await accounts.CreateAsync(account, Password)).Succeeded));
        return account;
    }

    private async Task<string[]> DumpAsync(string id) =>
        (await postgres.Redis.CliAsync("HGETALL", $"{_prefix}{{all}}:id:{id}")).Split('\n');

    // As if the move had ended after the account was copied, before it was taken out of Redis.
    private async Task RestoreAsync(Account account, string[] fields)
    {
        await postgres.Redis.CliAsync(["HSET", $"{_prefix}{{all}}:id:{account.Id}", .. fields]);
        await postgres.Redis.CliAsync("SET", $"{_prefix}{{all}}:name:{account.NormalizedUserName}", account.Id);
        await postgres.Redis.CliAsync("SET", $"{_prefix}{{all}}:email:{account.NormalizedEmail}", account.Id);
        await postgres.Server.SqlAsync(_database, $"INSERT INTO account_moves VALUES ('{account.Id}', '{account.ConcurrencyStamp}')");
    }

    private async Task<IEnumerable<string>> KeysAsync() =>
        (await postgres.Redis.CliAsync("--scan", "--pattern", _prefix + "{all}:[inep]*"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private async Task<IEnumerable<string>> IdsInRedisAsync() =>
        (await KeysAsync()).Where(key => key.Contains("}:id:", StringComparison.Ordinal)).Select(key => key[(key.LastIndexOf(':') + 1)..]);

    private async Task<IEnumerable<string>> IdsInPostgreSqlAsync() =>
        (await postgres.Server.SqlAsync(_database, "SELECT id FROM accounts")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private Task<string> RowsAsync() => postgres.Server.SqlAsync(_database, "SELECT * FROM accounts ORDER BY id");
}
