using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RedisAccounts;
using RedisAccounts.Tests.Stores;

namespace PostgreSqlAccounts.Tests.Stores;

/// <summary>What holds for accounts in PostgreSQL alone, or is done there in another way.</summary>
public sealed class PostgreSqlAccountStoreTests(OneDatabase database, PostgreSql postgres) : UserStoreContract, IClassFixture<OneDatabase>
{
    protected override IUserStore<Account> Open() => database.OpenStore();

    [Theory]
    [InlineData("name")]
    [InlineData("normalized_name")]
    [InlineData("normalized_email")]
    [InlineData("phone_number")]
    public async Task The_database_itself_refuses_two_accounts_with_one_name_address_or_number(string column)
    {
        var ann = NewAccount("ann");
        (ann.PhoneNumber, ann.PhoneNumberConfirmed) = (Number(1), true);
        await CreateAsync(ann);
        var bob = NewAccount("bob");
        (bob.PhoneNumber, bob.PhoneNumberConfirmed) = (Number(2), true);
        await CreateAsync(bob);
        var change = $"UPDATE accounts SET {column} = (SELECT {column} FROM accounts WHERE id = '{ann.Id}') WHERE id = '{bob.Id}'";

        if (column == "name")
        {
            // As typed it may be anybody's; only the normalised form is one account's.
            await postgres.Server.SqlAsync(database.Name, change);
            return;
        }

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => postgres.Server.SqlAsync(database.Name, change));
        Assert.Contains("duplicate key value violates unique constraint", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lock_without_end_and_one_of_another_time_zone_are_kept()
    {
        var account = NewAccount("ann");
        account.LockoutEnd = DateTimeOffset.MaxValue;
        await CreateAsync(account);
        Assert.Equal(9999, (await Open().FindByIdAsync(account.Id, default))!.LockoutEnd!.Value.Year);

        account.LockoutEnd = new DateTimeOffset(2040, 1, 1, 12, 0, 0, TimeSpan.FromHours(8));
        await UpdateAsync(account);

        Assert.Equal(account.LockoutEnd, (await Open().FindByIdAsync(account.Id, default))!.LockoutEnd);
    }

    [Theory]
    [InlineData("\0")]
    [InlineData("ann\ud800")]
    [InlineData("\udc00ann")]
    public async Task What_PostgreSQL_cannot_hold_finds_nobody_without_an_error(string text)
    {
        Assert.Null(await Open().FindByIdAsync(text, default));
        Assert.Null(await Open().FindByNameAsync(text, default));
        Assert.Null(await Emails(Open()).FindByEmailAsync(text, default));
        Assert.Null(await Phones(Open()).FindByPhoneNumberAsync(text, default));
    }

    [Fact]
    public async Task A_name_whose_normal_form_is_far_longer_than_itself_is_kept_and_found()
    {
        await using var scope = database.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var account = new Account { UserName = string.Concat(Enumerable.Repeat("\uFDFA", 64)), Email = Name("long@example.com") };

        Assert.True((await accounts.CreateAsync(account, "correct horse battery")).Succeeded);

        Assert.Equal(account.Id, (await accounts.FindByNameAsync(account.UserName))!.Id);
    }

    [Fact]
    public async Task Claims_logins_and_tokens_are_kept_and_go_with_their_account()
    {
        await using var scope = database.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        var account = await CreateAsync(NewAccount("ann"));
        var key = Name("key");

        Assert.True((await accounts.AddClaimAsync(account, new("role", "admin"))).Succeeded);
        Assert.True((await accounts.AddLoginAsync(account, new UserLoginInfo("provider", key, "Provider"))).Succeeded);
        Assert.True((await accounts.SetAuthenticationTokenAsync(account, "provider", "refresh", "token")).Succeeded);

        Assert.Equal("admin", Assert.Single(await accounts.GetClaimsAsync(account)).Value);
        Assert.Equal(account.Id, (await accounts.FindByLoginAsync("provider", key))!.Id);
        Assert.Equal("token", await accounts.GetAuthenticationTokenAsync(account, "provider", "refresh"));
        Assert.True((await accounts.DeleteAsync(account)).Succeeded);
        Assert.Null(await accounts.FindByLoginAsync("provider", key));
        Assert.Equal("0", await postgres.Server.SqlAsync(
            database.Name, $"SELECT count(*) FROM account_claims WHERE account_id = '{account.Id}'"));
    }

    [Fact]
    public async Task Refusals_and_failures_leave_no_name_address_or_password_in_logs_and_texts()
    {
        var log = new RecordingLog();
        await using var services = postgres.Open(
            database.Name + ";Include Error Detail=true", add: all => all.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(log)));
        await using var scope = services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<UserManager<Account>>();
        const string Password = "a very secret password";
        var (name, email) = (Name("telltale"), Name("telltale@example.com"));

        Assert.True((await accounts.CreateAsync(new Account { UserName = name, Email = email }, Password)).Succeeded);
        var refused = await accounts.CreateAsync(new Account { UserName = name, Email = email }, Password);

        Assert.Equal(["DuplicateUserName", "DuplicateEmail"], refused.Errors.Select(error => error.Code));
        Assert.NotEmpty(log.Lines);
        Assert.DoesNotContain(log.Lines, line => line.Contains(name, StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains(Password, StringComparison.Ordinal));
        Assert.DoesNotContain(
            log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
    }
}
