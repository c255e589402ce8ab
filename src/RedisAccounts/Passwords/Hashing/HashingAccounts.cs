using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RedisAccounts.Passwords.Hashing;

/// <summary>
/// Identity's manager, whose hashes run in <see cref="PasswordHashing"/> instead of on the thread that serves the request;
/// what costs nothing is looked at before.
/// </summary>
internal abstract class HashingAccounts(IServiceProvider services) : UserManager<Account>(
    services.GetRequiredService<IUserStore<Account>>(),
    services.GetRequiredService<IOptions<IdentityOptions>>(),
    services.GetRequiredService<IPasswordHasher<Account>>(),
    services.GetServices<IUserValidator<Account>>(),
    services.GetServices<IPasswordValidator<Account>>(),
    services.GetRequiredService<ILookupNormalizer>(),
    services.GetRequiredService<IdentityErrorDescriber>(),
    services,
    services.GetRequiredService<ILogger<UserManager<Account>>>())
{
    private readonly PasswordHashing _hashing = services.GetRequiredService<PasswordHashing>();

    /// <summary>The rules for the name and the password, and whether the name is free, come before the hash.</summary>
    public override async Task<IdentityResult> CreateAsync(Account user, string password)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(password);
        IdentityResult[] rules = [await ValidateUserAsync(user), await ValidatePasswordAsync(user, password)];
        if (!Array.TrueForAll(rules, rule => rule.Succeeded))
        {
            return IdentityResult.Failed([.. rules.SelectMany(rule => rule.Errors)]);
        }

        if (await FindByNameAsync(user.UserName!) is not null)
        {
            var isAddressTaken = user.Email is { } email && await FindByEmailAsync(email) is not null;
            return IdentityResult.Failed(
                [ErrorDescriber.DuplicateUserName(user.UserName!), .. isAddressTaken ? [ErrorDescriber.DuplicateEmail(user.Email!)] : (IdentityError[])[]]);
        }

        await SetHashAsync(user, password);
        return await CreateAsync(user);
    }

    // Identity's own versions of these two hash on the calling thread.
    public override async Task<IdentityResult> AddPasswordAsync(Account user, string password)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (await HasPasswordAsync(user))
        {
            return IdentityResult.Failed(ErrorDescriber.UserAlreadyHasPassword());
        }

        var result = await UpdatePasswordHash(user, password, validatePassword: true);
        return result.Succeeded ? await UpdateUserAsync(user) : result;
    }

    public override async Task<IdentityResult> ChangePasswordAsync(Account user, string currentPassword, string newPassword)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (!await CheckPasswordAsync(user, currentPassword))
        {
            return IdentityResult.Failed(ErrorDescriber.PasswordMismatch());
        }

        var result = await UpdatePasswordHash(user, newPassword, validatePassword: true);
        return result.Succeeded ? await UpdateUserAsync(user) : result;
    }

    /// <summary>Also renews a hash of fewer iterations than are asked for now; with no place for it, the next sign-in does.</summary>
    protected override async Task<PasswordVerificationResult> VerifyPasswordAsync(
        IUserPasswordStore<Account> store, Account user, string password)
    {
        ArgumentNullException.ThrowIfNull(store);
        if (await store.GetPasswordHashAsync(user, CancellationToken) is not { } hash)
        {
            return PasswordVerificationResult.Failed;
        }

        var result = await _hashing.RunAsync(() => PasswordHasher.VerifyHashedPassword(user, hash, password));
        if (result != PasswordVerificationResult.SuccessRehashNeeded)
        {
            return result;
        }

        try
        {
            await SetHashAsync(user, password);
            await UpdateUserAsync(user);
        }
        catch (PasswordsBusyException)
        {
        }

        return PasswordVerificationResult.Success;
    }

    protected override async Task<IdentityResult> UpdatePasswordHash(Account user, string newPassword, bool validatePassword)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (validatePassword && await ValidatePasswordAsync(user, newPassword) is { Succeeded: false } refused)
        {
            return refused;
        }

        await SetHashAsync(user, newPassword);
        return IdentityResult.Success;
    }

    /// <summary>As Identity does it: another password is another security stamp.</summary>
    private async Task SetHashAsync(Account user, string password)
    {
        user.PasswordHash = await _hashing.RunAsync(() => PasswordHasher.HashPassword(user, password));
        user.SecurityStamp = Guid.NewGuid().ToString("N");
    }
}
