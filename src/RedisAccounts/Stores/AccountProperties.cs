using Microsoft.AspNetCore.Identity;

namespace RedisAccounts.Stores;

/// <summary>
/// The part of Identity's store interfaces that only reads and sets an account in memory; <c>CreateAsync</c> and
/// <c>UpdateAsync</c> of the derived class keep it.
/// </summary>
internal abstract class AccountProperties :
    IUserPasswordStore<Account>, IUserEmailStore<Account>, IUserSecurityStampStore<Account>,
    IUserLockoutStore<Account>, IUserPhoneNumberStore<Account>
{
    public abstract Task<IdentityResult> CreateAsync(Account user, CancellationToken cancellationToken);

    public abstract Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken);

    public abstract Task<IdentityResult> DeleteAsync(Account user, CancellationToken cancellationToken);

    public abstract Task<Account?> FindByIdAsync(string userId, CancellationToken cancellationToken);

    public abstract Task<Account?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken);

    public abstract Task<Account?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken);

    public void Dispose()
    {
        // Identity's interface asks for it; nothing is held.
    }

    public Task<string> GetUserIdAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(user.Id);

    public Task<string?> GetUserNameAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.UserName);

    public Task SetUserNameAsync(Account user, string? userName, CancellationToken cancellationToken) =>
        Done(user.UserName = userName);

    public Task<string?> GetNormalizedUserNameAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.NormalizedUserName);

    public Task SetNormalizedUserNameAsync(Account user, string? normalizedName, CancellationToken cancellationToken) =>
        Done(user.NormalizedUserName = normalizedName);

    public Task<string?> GetPasswordHashAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.PasswordHash);

    public Task SetPasswordHashAsync(Account user, string? passwordHash, CancellationToken cancellationToken) =>
        Done(user.PasswordHash = passwordHash);

    public Task<bool> HasPasswordAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.PasswordHash is not null);

    public Task<string?> GetEmailAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(user.Email);

    public Task SetEmailAsync(Account user, string? email, CancellationToken cancellationToken) =>
        Done(user.Email = email);

    public Task<bool> GetEmailConfirmedAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.EmailConfirmed);

    public Task SetEmailConfirmedAsync(Account user, bool confirmed, CancellationToken cancellationToken) =>
        Done(user.EmailConfirmed = confirmed);

    public Task<string?> GetNormalizedEmailAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.NormalizedEmail);

    public Task SetNormalizedEmailAsync(Account user, string? normalizedEmail, CancellationToken cancellationToken) =>
        Done(user.NormalizedEmail = normalizedEmail);

    public Task<string?> GetSecurityStampAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.SecurityStamp);

    public Task SetSecurityStampAsync(Account user, string stamp, CancellationToken cancellationToken) =>
        Done(user.SecurityStamp = stamp);

    public Task<string?> GetPhoneNumberAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.PhoneNumber);

    public Task SetPhoneNumberAsync(Account user, string? phoneNumber, CancellationToken cancellationToken) =>
        Done(user.PhoneNumber = phoneNumber);

    public Task<bool> GetPhoneNumberConfirmedAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.PhoneNumberConfirmed);

    public Task SetPhoneNumberConfirmedAsync(Account user, bool confirmed, CancellationToken cancellationToken) =>
        Done(user.PhoneNumberConfirmed = confirmed);

    public Task<DateTimeOffset?> GetLockoutEndDateAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.LockoutEnd);

    public Task SetLockoutEndDateAsync(Account user, DateTimeOffset? lockoutEnd, CancellationToken cancellationToken) =>
        Done(user.LockoutEnd = lockoutEnd);

    public Task<bool> GetLockoutEnabledAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.LockoutEnabled);

    public Task SetLockoutEnabledAsync(Account user, bool enabled, CancellationToken cancellationToken) =>
        Done(user.LockoutEnabled = enabled);

    public Task<int> GetAccessFailedCountAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(user.AccessFailedCount);

    public Task<int> IncrementAccessFailedCountAsync(Account user, CancellationToken cancellationToken) =>
        Task.FromResult(++user.AccessFailedCount);

    public Task ResetAccessFailedCountAsync(Account user, CancellationToken cancellationToken) =>
        Done(user.AccessFailedCount = 0);

    private static Task Done<T>(T assigned)
    {
        _ = assigned;
        return Task.CompletedTask;
    }
}
