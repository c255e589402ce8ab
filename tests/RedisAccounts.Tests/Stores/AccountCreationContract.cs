using System.Globalization;

using Microsoft.AspNetCore.Identity;

namespace RedisAccounts.Tests.Stores;

/// <summary>What any store of accounts must do when one is made or looked for.</summary>
public abstract class AccountCreationContract : UserStoreContract
{
    [Fact]
    public async Task A_created_account_is_found_by_its_id_with_every_field()
    {
        var account = NewAccount("ann");
        account.EmailConfirmed = true;
        account.PasswordHash = "a hash";
        account.SecurityStamp = "a security stamp";
        account.PhoneNumber = Number();
        account.PhoneNumberConfirmed = true;
        account.LockoutEnabled = true;
        account.LockoutEnd = DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_123);
        account.AccessFailedCount = 3;
        account.TwoFactorEnabled = true;

        await CreateAsync(account);

        AssertSame(account, await Open().FindByIdAsync(account.Id, default));
    }

    [Fact]
    public async Task An_account_with_nothing_but_its_name_keeps_the_rest_absent()
    {
        var account = new Account { UserName = Name("bare"), NormalizedUserName = Name("bare"), SecurityStamp = null };

        await CreateAsync(account);

        var found = await Open().FindByIdAsync(account.Id, default);
        AssertSame(account, found);
        Assert.Null(found!.Email);
        Assert.Null(found.PasswordHash);
        Assert.Null(found.SecurityStamp);
        Assert.Null(found.LockoutEnd);
    }

    [Fact]
    public async Task An_account_is_found_by_its_normalised_name()
    {
        var account = await CreateAsync(NewAccount("ann"));

        AssertSame(account, await Open().FindByNameAsync(account.NormalizedUserName!, default));
    }

    [Fact]
    public async Task An_account_is_found_by_its_normalised_address()
    {
        var account = await CreateAsync(NewAccount("ann"));

        AssertSame(account, await Emails(Open()).FindByEmailAsync(account.NormalizedEmail!, default));
    }

    [Fact]
    public async Task What_nobody_has_finds_no_account()
    {
        Assert.Null(await Open().FindByIdAsync(Name("nobody"), default));
        Assert.Null(await Open().FindByNameAsync(Name("nobody"), default));
        Assert.Null(await Emails(Open()).FindByEmailAsync(Name("nobody"), default));
    }

    [Fact]
    public async Task Text_of_every_kind_comes_back_as_it_was()
    {
        var account = NewAccount("ann");
        account.UserName = "王小明 \"x\" \r\n {y} 😀";
        account.PhoneNumber = "";

        await CreateAsync(account);

        var found = await Open().FindByIdAsync(account.Id, default);
        Assert.Equal("王小明 \"x\" \r\n {y} 😀", found!.UserName);
        Assert.Equal("", found.PhoneNumber);
    }

    [Fact]
    public async Task The_time_of_creation_is_set_once_and_survives_updates()
    {
        var before = TimeProvider.System.GetUtcNow().AddSeconds(-2);
        var account = await CreateAsync(NewAccount("ann"));
        var created = account.Created;

        account.PhoneNumber = Number();
        await UpdateAsync(account);

        Assert.InRange(created, before, TimeProvider.System.GetUtcNow().AddSeconds(2));
        Assert.Equal(created, (await Open().FindByIdAsync(account.Id, default))!.Created);
    }

    [Fact]
    public async Task A_second_account_with_the_same_name_is_refused()
    {
        var first = await CreateAsync(NewAccount("ann"));
        var second = NewAccount("bob");
        second.NormalizedUserName = first.NormalizedUserName;
        var stamp = second.ConcurrencyStamp;

        AssertFailed(await Open().CreateAsync(second, default), nameof(IdentityErrorDescriber.DuplicateUserName));

        Assert.Null(await Open().FindByIdAsync(second.Id, default));
        Assert.Null(await Emails(Open()).FindByEmailAsync(second.NormalizedEmail!, default));
        Assert.Equal(first.Id, (await Open().FindByNameAsync(first.NormalizedUserName!, default))!.Id);
        Assert.Equal(stamp, second.ConcurrencyStamp);
    }

    [Fact]
    public async Task A_second_account_with_the_same_address_is_refused()
    {
        var first = await CreateAsync(NewAccount("ann"));
        var second = NewAccount("bob");
        second.NormalizedEmail = first.NormalizedEmail;

        AssertFailed(await Open().CreateAsync(second, default), nameof(IdentityErrorDescriber.DuplicateEmail));

        Assert.Null(await Open().FindByIdAsync(second.Id, default));
        Assert.Null(await Open().FindByNameAsync(second.NormalizedUserName!, default));
        Assert.Equal(first.Id, (await Emails(Open()).FindByEmailAsync(first.NormalizedEmail!, default))!.Id);
    }

    [Fact]
    public async Task An_account_with_both_name_and_address_taken_is_told_both()
    {
        var first = await CreateAsync(NewAccount("ann"));
        var second = NewAccount("bob");
        second.NormalizedUserName = first.NormalizedUserName;
        second.NormalizedEmail = first.NormalizedEmail;

        AssertFailed(
            await Open().CreateAsync(second, default),
            nameof(IdentityErrorDescriber.DuplicateUserName), nameof(IdentityErrorDescriber.DuplicateEmail));
    }

    [Fact]
    public async Task Accounts_without_an_address_do_not_stand_in_each_others_way()
    {
        foreach (var name in (string[])["ann", "bob"])
        {
            var account = NewAccount(name);
            account.Email = account.NormalizedEmail = null;
            await CreateAsync(account);
        }
    }

    [Fact]
    public async Task A_hundred_parallel_registrations_of_one_name_make_one_account()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
        {
            var account = NewAccount("n" + i.ToString(CultureInfo.InvariantCulture));
            account.NormalizedUserName = Name("wanted");
            return Open().CreateAsync(account, default);
        }));

        Assert.Single(results, result => result.Succeeded);
        Assert.All(
            results.Where(result => !result.Succeeded),
            result => AssertFailed(result, nameof(IdentityErrorDescriber.DuplicateUserName)));
        Assert.NotNull(await Open().FindByNameAsync(Name("wanted"), default));
    }

    [Fact]
    public async Task A_hundred_parallel_registrations_of_one_address_make_one_account()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
        {
            var account = NewAccount("n" + i.ToString(CultureInfo.InvariantCulture));
            account.NormalizedEmail = Name("wanted@example.com");
            return Open().CreateAsync(account, default);
        }));

        Assert.Single(results, result => result.Succeeded);
        Assert.NotNull(await Emails(Open()).FindByEmailAsync(Name("wanted@example.com"), default));
    }
}
