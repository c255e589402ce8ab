using Microsoft.AspNetCore.Identity;

namespace RedisAccounts.Tests.Stores;

/// <summary>What any store of accounts must do with phone numbers: a confirmed one leads to one account, and signs in there.</summary>
public abstract class AccountPhoneContract : UserStoreContract
{
    [Fact]
    public async Task An_account_is_found_by_the_number_it_has_confirmed()
    {
        var account = await CreateWithNumberAsync("ann", Number());

        AssertSame(account, await FindAsync(Number()));
        Assert.Null(await FindAsync(Number(1)));
    }

    [Fact]
    public async Task A_number_that_is_not_confirmed_finds_nobody_and_stands_in_nobodys_way()
    {
        var squatter = NewAccount("squatter");
        squatter.PhoneNumber = Number();
        await CreateAsync(squatter);
        Assert.Null(await FindAsync(Number()));

        var owner = await CreateWithNumberAsync("owner", Number());

        AssertSame(owner, await FindAsync(Number()));
        AssertFailed(await ConfirmAsync(squatter, Number()), IAccountPhoneStore.DuplicatePhoneNumber);
        AssertSame(owner, await FindAsync(Number()));
    }

    [Fact]
    public async Task An_account_made_with_a_number_that_another_has_confirmed_is_refused()
    {
        var first = await CreateWithNumberAsync("ann", Number());
        var second = NewAccount("bob");
        (second.PhoneNumber, second.PhoneNumberConfirmed) = (Number(), true);

        AssertFailed(await Open().CreateAsync(second, default), IAccountPhoneStore.DuplicatePhoneNumber);

        Assert.Null(await Open().FindByIdAsync(second.Id, default));
        Assert.Null(await Open().FindByNameAsync(second.NormalizedUserName!, default));
        AssertSame(first, await FindAsync(Number()));
    }

    [Fact]
    public async Task A_change_to_a_number_that_another_has_is_refused_and_leaves_both_as_they_were()
    {
        var ann = await CreateWithNumberAsync("ann", Number(1));
        var bob = await CreateWithNumberAsync("bob", Number(2));
        var copy = (await Open().FindByIdAsync(bob.Id, default))!;

        AssertFailed(await ConfirmAsync(copy, Number(1)), IAccountPhoneStore.DuplicatePhoneNumber);

        AssertSame(ann, await FindAsync(Number(1)));
        AssertSame(bob, await FindAsync(Number(2)));
    }

    [Fact]
    public async Task A_changed_number_leads_to_the_account_and_the_old_one_is_free()
    {
        var account = await CreateWithNumberAsync("ann", Number(1));

        Assert.True((await ConfirmAsync(account, Number(2))).Succeeded);

        Assert.Null(await FindAsync(Number(1)));
        AssertSame(account, await FindAsync(Number(2)));
        await CreateWithNumberAsync("heir", Number(1));
    }

    [Fact]
    public async Task A_number_taken_away_or_no_longer_confirmed_is_free()
    {
        var ann = await CreateWithNumberAsync("ann", Number(1));
        var bob = await CreateWithNumberAsync("bob", Number(2));

        (ann.PhoneNumber, ann.PhoneNumberConfirmed) = (null, false);
        await UpdateAsync(ann);
        bob.PhoneNumberConfirmed = false;
        await UpdateAsync(bob);

        Assert.Null(await FindAsync(Number(1)));
        Assert.Null(await FindAsync(Number(2)));
        await CreateWithNumberAsync("cat", Number(1));
        await CreateWithNumberAsync("dan", Number(2));
    }

    [Fact]
    public async Task The_number_of_a_deleted_account_is_free()
    {
        var account = await CreateWithNumberAsync("ann", Number());

        Assert.True((await Open().DeleteAsync(account, default)).Succeeded);

        Assert.Null(await FindAsync(Number()));
        await CreateWithNumberAsync("heir", Number());
    }

    [Fact]
    public async Task A_stale_copy_moves_no_number()
    {
        var account = await CreateWithNumberAsync("ann", Number(1));
        var stale = (await Open().FindByIdAsync(account.Id, default))!;
        Assert.True((await ConfirmAsync(account, Number(2))).Succeeded);

        AssertFailed(await ConfirmAsync(stale, Number(3)), nameof(IdentityErrorDescriber.ConcurrencyFailure));

        AssertSame(account, await FindAsync(Number(2)));
        Assert.Null(await FindAsync(Number(3)));
    }

    [Fact]
    public async Task An_update_that_keeps_the_number_is_not_in_its_own_way()
    {
        var account = await CreateWithNumberAsync("ann", Number());

        account.AccessFailedCount = 1;
        await UpdateAsync(account);

        AssertSame(account, await FindAsync(Number()));
    }

    [Fact]
    public async Task Of_fifty_accounts_that_confirm_one_number_at_once_exactly_one_has_it()
    {
        var accounts = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => CreateAsync(NewAccount($"n{i}"))));

        var results = await Task.WhenAll(accounts.Select(account => ConfirmAsync(account, Number())));

        var winner = Array.FindIndex(results, result => result.Succeeded);
        Assert.Single(results, result => result.Succeeded);
        AssertSame(accounts[winner], await FindAsync(Number()));
        Assert.All(
            results.Where(result => !result.Succeeded),
            result => AssertFailed(result, IAccountPhoneStore.DuplicatePhoneNumber));
    }

    private Task<Account?> FindAsync(string number) => Phones(Open()).FindByPhoneNumberAsync(number, default);

    private Task<IdentityResult> ConfirmAsync(Account account, string number)
    {
        (account.PhoneNumber, account.PhoneNumberConfirmed) = (number, true);
        return Open().UpdateAsync(account, default);
    }

    private Task<Account> CreateWithNumberAsync(string name, string number)
    {
        var account = NewAccount(name);
        (account.PhoneNumber, account.PhoneNumberConfirmed) = (number, true);
        return CreateAsync(account);
    }
}
