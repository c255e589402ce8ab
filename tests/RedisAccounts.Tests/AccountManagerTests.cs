using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts.Passwords;

namespace RedisAccounts.Tests;

/// <summary>What an application sees through Identity's own <see cref="UserManager{TUser}"/>.</summary>
public sealed class AccountManagerTests(AccountServices redis) : IClassFixture<AccountServices>
{
    private const string Password = "correct horse battery";

    [Fact]
    public async Task An_account_is_made_and_found_by_any_form_of_its_address()
    {
        await using var scope = redis.Start();
        var accounts = Accounts(scope);
        var account = await CreateAsync(accounts, "Ann", "ann@bücher.example");

        foreach (var form in (string[])["ANN@BÜCHER.EXAMPLE", "ann@xn--bcher-kva.example", "ａｎｎ@bu\u0308cher.example"])
        {
            Assert.Equal(account.Id, (await accounts.FindByEmailAsync(form))!.Id);
        }

        Assert.Equal("Ann", (await accounts.FindByNameAsync("ａｎｎ"))!.UserName);
    }

    [Fact]
    public async Task A_hundred_parallel_registrations_in_a_hundred_scopes_make_one_account()
    {
        var prefix = AccountServices.NewPrefix();
        var forms = new[] { "ann@example.com", "ANN@example.com", "ａｎｎ@example.com", "ann@EXAMPLE.com" };
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            await using var scope = redis.Start(options => options.KeyPrefix = prefix);
            return await Accounts(scope).CreateAsync(
                new Account { UserName = $"user{i}", Email = forms[i % forms.Length] }, Password);
        }));

        Assert.Single(results, result => result.Succeeded);
        Assert.All(
            results.Where(result => !result.Succeeded),
            result => Assert.Equal("DuplicateEmail", Assert.Single(result.Errors).Code));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ann")]
    [InlineData("a\u202enn")]
    [InlineData("a\u200bnn")]
    [InlineData("a\nn")]
    [InlineData("\ud800nn")]
    [InlineData("other@example.com")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task A_name_that_could_mislead_is_refused(string name)
    {
        await using var scope = redis.Start();

        var result = await Accounts(scope).CreateAsync(new Account { UserName = name, Email = "ann@example.com" }, Password);

        Assert.Equal("InvalidUserName", Assert.Single(result.Errors).Code);
    }

    [Theory]
    [InlineData("王小明")]
    [InlineData("Ann Lee")]
    [InlineData("ann@example.com")]
    [InlineData("ANN@example.com")]
    [InlineData("😀")]
    public async Task A_name_of_any_script_or_the_own_address_is_accepted(string name)
    {
        await using var scope = redis.Start();

        await CreateAsync(Accounts(scope), name, "ann@example.com");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("ann@localhost")]
    [InlineData("ann@example.com,bob@example.com")]
    [InlineData("ann <ann@example.com>")]
    [InlineData("ann@example.com\r\nBcc: bob@example.com")]
    public async Task What_is_not_one_mailbox_is_refused(string? email)
    {
        await using var scope = redis.Start();

        var result = await Accounts(scope).CreateAsync(new Account { UserName = "ann", Email = email }, Password);

        Assert.Equal("InvalidEmail", Assert.Single(result.Errors).Code);
    }

    [Fact]
    public async Task A_changed_password_works_at_once_and_changes_the_security_stamp()
    {
        await using var scope = redis.Start();
        var accounts = Accounts(scope);
        var account = await CreateAsync(accounts, "ann", "ann@example.com");
        var stamp = account.SecurityStamp;

        Assert.True((await accounts.ChangePasswordAsync(account, Password, "another long password")).Succeeded);

        var found = (await accounts.FindByIdAsync(account.Id))!;
        Assert.NotEqual(stamp, found.SecurityStamp);
        Assert.True(await accounts.CheckPasswordAsync(found, "another long password"));
        Assert.False(await accounts.CheckPasswordAsync(found, Password));
    }

    [Fact]
    public async Task A_changed_address_and_name_are_found_and_the_old_ones_are_free()
    {
        await using var scope = redis.Start();
        var accounts = Accounts(scope);
        var account = await CreateAsync(accounts, "ann", "ann@example.com");

        Assert.True((await accounts.SetEmailAsync(account, "new@example.com")).Succeeded);
        Assert.True((await accounts.SetUserNameAsync(account, "anna")).Succeeded);

        Assert.Equal(account.Id, (await accounts.FindByEmailAsync("new@example.com"))!.Id);
        Assert.Equal(account.Id, (await accounts.FindByNameAsync("anna"))!.Id);
        await CreateAsync(accounts, "ann", "ann@example.com");
    }

    [Fact]
    public async Task Two_people_who_change_one_account_at_once_do_not_overwrite_each_other()
    {
        await using var scope = redis.Start();
        var accounts = Accounts(scope);
        var one = await CreateAsync(accounts, "ann", "ann@example.com");
        var other = (await accounts.FindByIdAsync(one.Id))!;
        Assert.True((await accounts.SetPhoneNumberAsync(one, "+441632960001")).Succeeded);

        var result = await accounts.SetPhoneNumberAsync(other, "+441632960002");

        Assert.Equal("ConcurrencyFailure", Assert.Single(result.Errors).Code);
        Assert.Equal("+441632960001", (await accounts.FindByIdAsync(one.Id))!.PhoneNumber);
    }

    [Fact]
    public async Task New_accounts_cannot_be_locked_out_by_failures()
    {
        await using var scope = redis.Start();
        var accounts = Accounts(scope);
        var account = await CreateAsync(accounts, "ann", "ann@example.com");
        for (var i = 0; i < 20; i++)
        {
            await accounts.AccessFailedAsync(account);
        }

        Assert.False(await accounts.IsLockedOutAsync(account));
    }

    [Fact]
    public async Task An_administrator_can_lock_an_account_and_unlock_it()
    {
        await using var scope = redis.Start();
        var accounts = Accounts(scope);
        var account = await CreateAsync(accounts, "ann", "ann@example.com");

        await accounts.SetLockoutEnabledAsync(account, true);
        await accounts.SetLockoutEndDateAsync(account, DateTimeOffset.MaxValue);
        Assert.True(await accounts.IsLockedOutAsync((await accounts.FindByIdAsync(account.Id))!));

        await accounts.SetLockoutEndDateAsync(account, null);
        Assert.False(await accounts.IsLockedOutAsync((await accounts.FindByIdAsync(account.Id))!));
    }

    [Fact]
    public async Task A_hash_of_fewer_iterations_is_renewed_at_the_next_sign_in()
    {
        var prefix = AccountServices.NewPrefix();
        string weak;
        await using (var old = redis.Start(options => options.KeyPrefix = prefix))
        {
            weak = (await CreateAsync(Accounts(old), "ann", "ann@example.com")).PasswordHash!;
        }

        await using var scope = redis.Start(options => options.KeyPrefix = prefix, cheapHashes: false);
        var account = (await Accounts(scope).FindByNameAsync("ann"))!;
        var check = scope.ServiceProvider.GetRequiredService<PasswordCheck>();
        Assert.False(await check.IsRightAsync(account, "wrong"));
        Assert.Equal(weak, (await Accounts(scope).FindByNameAsync("ann"))!.PasswordHash);

        Assert.True(await check.IsRightAsync(account, Password));

        var renewed = (await Accounts(scope).FindByNameAsync("ann"))!;
        Assert.Equal(210_000, Iterations(renewed.PasswordHash!));
        Assert.True(await check.IsRightAsync(renewed, Password));
    }

    [Fact]
    public async Task Hashes_take_210_000_iterations_of_HMAC_SHA512()
    {
        await using var scope = redis.Start(cheapHashes: false);

        var account = await CreateAsync(Accounts(scope), "ann", "ann@example.com");

        Assert.Equal(210_000, Iterations(account.PasswordHash!));
        Assert.Equal(2, Convert.FromBase64String(account.PasswordHash!)[4]);
    }

    // Identity's format 1: 01, then PRF, iterations and salt length, four bytes each, big-endian.
    private static int Iterations(string hash) =>
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(Convert.FromBase64String(hash).AsSpan(5));

    private static UserManager<Account> Accounts(AsyncServiceScope scope) =>
        scope.ServiceProvider.GetRequiredService<UserManager<Account>>();

    private static async Task<Account> CreateAsync(UserManager<Account> accounts, string name, string email)
    {
        var account = new Account { UserName = name, Email = email };
        var result = await accounts.CreateAsync(account, Password);
        Assert.True(result.Succeeded, result.ToString());
        return account;
    }
}
