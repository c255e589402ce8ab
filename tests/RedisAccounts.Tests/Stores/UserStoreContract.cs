using Microsoft.AspNetCore.Identity;

namespace RedisAccounts.Tests.Stores;

/// <summary>
/// The contract of a store of accounts, over any database. A store passes it by deriving a class from each of
/// <see cref="AccountCreationContract"/>, <see cref="AccountChangeContract"/>, <see cref="AccountNameContract"/>,
/// <see cref="AccountPhoneContract"/> and <see cref="AccountMailboxContract"/> that opens the store on the same data
/// again.
/// </summary>
public abstract class UserStoreContract
{
    private readonly string _unique = Guid.NewGuid().ToString("N");

    /// <summary>Opens the store: a new object over the same data, with nothing remembered.</summary>
    protected abstract IUserStore<Account> Open();

    /// <summary>Creates the account, and fails the test if that is refused.</summary>
    protected async Task<Account> CreateAsync(Account account)
    {
        var result = await Open().CreateAsync(account, default);
        Assert.True(result.Succeeded, result.ToString());
        return account;
    }

    /// <summary>An account whose name and address no other test uses.</summary>
    protected Account NewAccount(string name) => new()
    {
        UserName = Name(name),
        NormalizedUserName = Name(name),
        Email = Name(name) + "@example.com",
        NormalizedEmail = Name(name) + "@example.com",
    };

    protected async Task UpdateAsync(Account account)
    {
        var result = await Open().UpdateAsync(account, default);
        Assert.True(result.Succeeded, result.ToString());
    }

    protected string Name(string name) => _unique + name;

    /// <summary>A phone number that no other test uses.</summary>
    protected string Number(int last = 0) =>
        "+44" + (Math.Abs(Convert.ToInt64(_unique[..14], 16)) % 10_000_000_000 + last).ToString("D11", System.Globalization.CultureInfo.InvariantCulture);

    protected static IAccountPhoneStore Phones(IUserStore<Account> store) => (IAccountPhoneStore)store;

    protected static IUserEmailStore<Account> Emails(IUserStore<Account> store) => (IUserEmailStore<Account>)store;

    protected static void AssertFailed(IdentityResult result, params string[] codes)
    {
        Assert.False(result.Succeeded);
        Assert.Equal(codes, result.Errors.Select(error => error.Code));
    }

    protected static void AssertSame(Account expected, Account? actual)
    {
        Assert.NotNull(actual);
        Assert.NotSame(expected, actual);
        Assert.Equivalent(expected, actual, strict: true);
    }
}
