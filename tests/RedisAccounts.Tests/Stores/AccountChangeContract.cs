using System.Globalization;

using Microsoft.AspNetCore.Identity;

namespace RedisAccounts.Tests.Stores;

/// <summary>What any store of accounts must do when one is changed or deleted.</summary>
public abstract class AccountChangeContract : UserStoreContract
{
    [Fact]
    public async Task An_update_keeps_every_field_that_was_changed()
    {
        var account = await CreateAsync(NewAccount("ann"));
        account.PasswordHash = "another hash";
        account.SecurityStamp = "another stamp";
        account.EmailConfirmed = true;
        account.PhoneNumber = Number();
        account.PhoneNumberConfirmed = true;
        account.LockoutEnabled = true;
        account.LockoutEnd = DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_000);
        account.AccessFailedCount = 4;

        await UpdateAsync(account);

        AssertSame(account, await Open().FindByIdAsync(account.Id, default));
    }

    [Fact]
    public async Task A_field_set_to_nothing_is_gone_after_the_update()
    {
        var account = NewAccount("ann");
        account.PasswordHash = "a hash";
        account.PhoneNumber = Number();
        account.LockoutEnd = DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_000);
        account.AccessFailedCount = 4;
        await CreateAsync(account);
        account.PasswordHash = account.PhoneNumber = null;
        account.LockoutEnd = null;
        account.AccessFailedCount = 0;

        await UpdateAsync(account);

        AssertSame(account, await Open().FindByIdAsync(account.Id, default));
    }

    [Fact]
    public async Task An_update_of_a_stale_copy_is_refused_and_changes_nothing()
    {
        var account = await CreateAsync(NewAccount("ann"));
        var stale = (await Open().FindByIdAsync(account.Id, default))!;
        account.PhoneNumber = Number(1);
        await UpdateAsync(account);

        stale.PhoneNumber = Number(2);
        stale.NormalizedUserName = Name("other");
        AssertFailed(await Open().UpdateAsync(stale, default), nameof(IdentityErrorDescriber.ConcurrencyFailure));

        AssertSame(account, await Open().FindByIdAsync(account.Id, default));
        Assert.Null(await Open().FindByNameAsync(Name("other"), default));
    }

    [Fact]
    public async Task Of_fifty_parallel_updates_of_one_copy_exactly_one_succeeds()
    {
        var account = await CreateAsync(NewAccount("ann"));
        var copies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Open().FindByIdAsync(account.Id, default)));

        var results = await Task.WhenAll(copies.Select((copy, i) =>
        {
            copy!.PhoneNumber = i.ToString(CultureInfo.InvariantCulture);
            return Open().UpdateAsync(copy, default);
        }));

        var winner = Array.FindIndex(results, result => result.Succeeded);
        Assert.Single(results, result => result.Succeeded);
        AssertSame(copies[winner]!, await Open().FindByIdAsync(account.Id, default));
    }

    [Fact]
    public async Task A_copy_can_be_updated_again_after_its_own_update()
    {
        var account = await CreateAsync(NewAccount("ann"));
        for (var i = 0; i < 3; i++)
        {
            account.AccessFailedCount = i;
            await UpdateAsync(account);
        }
    }

    [Fact]
    public async Task A_renamed_account_is_found_by_its_new_name_only_and_the_old_is_free()
    {
        var account = await CreateAsync(NewAccount("ann"));
        var old = account.NormalizedUserName!;
        account.UserName = account.NormalizedUserName = Name("anna");

        await UpdateAsync(account);

        Assert.Null(await Open().FindByNameAsync(old, default));
        AssertSame(account, await Open().FindByNameAsync(Name("anna"), default));
        var heir = NewAccount("heir");
        heir.NormalizedUserName = old;
        await CreateAsync(heir);
    }

    [Fact]
    public async Task A_changed_address_leads_to_the_account_and_the_old_is_free()
    {
        var account = await CreateAsync(NewAccount("ann"));
        var old = account.NormalizedEmail!;
        account.Email = account.NormalizedEmail = Name("new@example.com");

        await UpdateAsync(account);

        Assert.Null(await Emails(Open()).FindByEmailAsync(old, default));
        AssertSame(account, await Emails(Open()).FindByEmailAsync(Name("new@example.com"), default));
        var heir = NewAccount("heir");
        heir.NormalizedEmail = old;
        await CreateAsync(heir);
    }

    [Fact]
    public async Task An_address_can_be_taken_away_and_given_back()
    {
        var account = await CreateAsync(NewAccount("ann"));
        var address = account.NormalizedEmail!;

        account.Email = account.NormalizedEmail = null;
        await UpdateAsync(account);
        Assert.Null(await Emails(Open()).FindByEmailAsync(address, default));

        account.Email = account.NormalizedEmail = address;
        await UpdateAsync(account);
        AssertSame(account, await Emails(Open()).FindByEmailAsync(address, default));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_change_to_what_another_has_is_refused_and_leaves_both_as_they_were(bool name)
    {
        var ann = await CreateAsync(NewAccount("ann"));
        var bob = await CreateAsync(NewAccount("bob"));
        var copy = (await Open().FindByIdAsync(bob.Id, default))!;
        if (name)
        {
            copy.NormalizedUserName = ann.NormalizedUserName;
        }
        else
        {
            copy.NormalizedEmail = ann.NormalizedEmail;
        }

        AssertFailed(
            await Open().UpdateAsync(copy, default),
            name ? nameof(IdentityErrorDescriber.DuplicateUserName) : nameof(IdentityErrorDescriber.DuplicateEmail));

        AssertSame(ann, await Open().FindByNameAsync(ann.NormalizedUserName!, default));
        AssertSame(ann, await Emails(Open()).FindByEmailAsync(ann.NormalizedEmail!, default));
        AssertSame(bob, await Open().FindByNameAsync(bob.NormalizedUserName!, default));
        AssertSame(bob, await Emails(Open()).FindByEmailAsync(bob.NormalizedEmail!, default));
    }

    [Fact]
    public async Task Of_two_accounts_that_take_one_new_name_at_once_one_gets_it()
    {
        for (var round = 0; round < 20; round++)
        {
            var accounts = new[] { await CreateAsync(NewAccount($"a{round}")), await CreateAsync(NewAccount($"b{round}")) };
            var results = await Task.WhenAll(accounts.Select(account =>
            {
                account.NormalizedUserName = Name($"wanted{round}");
                return Open().UpdateAsync(account, default);
            }));

            Assert.Single(results, result => result.Succeeded);
        }
    }

    [Fact]
    public async Task A_deleted_account_is_found_by_nothing_and_its_name_and_address_are_free()
    {
        var account = await CreateAsync(NewAccount("ann"));

        Assert.True((await Open().DeleteAsync(account, default)).Succeeded);

        Assert.Null(await Open().FindByIdAsync(account.Id, default));
        Assert.Null(await Open().FindByNameAsync(account.NormalizedUserName!, default));
        Assert.Null(await Emails(Open()).FindByEmailAsync(account.NormalizedEmail!, default));
        await CreateAsync(NewAccount("ann"));
    }

    [Fact]
    public async Task A_stale_copy_cannot_delete_the_account()
    {
        var account = await CreateAsync(NewAccount("ann"));
        var stale = (await Open().FindByIdAsync(account.Id, default))!;
        await UpdateAsync(account);

        AssertFailed(await Open().DeleteAsync(stale, default), nameof(IdentityErrorDescriber.ConcurrencyFailure));

        AssertSame(account, await Open().FindByIdAsync(account.Id, default));
    }

    [Fact]
    public async Task An_update_does_not_bring_a_deleted_account_back()
    {
        var account = await CreateAsync(NewAccount("ann"));
        var copy = (await Open().FindByIdAsync(account.Id, default))!;
        await Open().DeleteAsync(account, default);

        AssertFailed(await Open().UpdateAsync(copy, default), nameof(IdentityErrorDescriber.ConcurrencyFailure));
        AssertFailed(await Open().DeleteAsync(copy, default), nameof(IdentityErrorDescriber.ConcurrencyFailure));

        Assert.Null(await Open().FindByIdAsync(account.Id, default));
        Assert.Null(await Open().FindByNameAsync(account.NormalizedUserName!, default));
    }
}
