using System.Diagnostics.CodeAnalysis;

using Mailboxes;

using Microsoft.AspNetCore.Identity;

using RedisAccounts.Names;

namespace RedisAccounts;

/// <summary>
/// The rules for a name and an address. Whether they are free is not asked here: the store decides it in the step
/// that writes, and answers with Identity's own errors.
/// </summary>
/// <remarks>
/// <see cref="NameRules"/> says what a new name may be; one that an account has stays good. One with an @ must be the account's own address: else a name could pose as
/// another user's address where either may be typed. An account has an address.
/// </remarks>
internal sealed class AccountValidator(IdentityErrorDescriber errors) : IUserValidator<Account>
{
    public async Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user)
    {
        var name = await manager.GetUserNameAsync(user);
        var email = await manager.GetEmailAsync(user);
        var found = new List<IdentityError>();
        if (!IsName(manager, user, name, email))
        {
            found.Add(errors.InvalidUserName(name));
        }

        if (!Mailbox.TryParse(email, out _))
        {
            found.Add(errors.InvalidEmail(email));
        }

        return found.Count == 0 ? IdentityResult.Success : IdentityResult.Failed([.. found]);
    }

    private static bool IsName(UserManager<Account> manager, Account user, [NotNullWhen(true)] string? name, string? email)
    {
        if (string.IsNullOrEmpty(name))
        {
            return false;
        }

        return name.Contains('@', StringComparison.Ordinal)
            ? IsSame(manager, name, email) && NameRules.IsSeen(name)
            : IsKept(user, name) || NameRules.IsName(name);
    }

    private static bool IsSame(UserManager<Account> manager, string name, string? email) =>
        string.Equals(manager.NormalizeEmail(name), manager.NormalizeEmail(email), StringComparison.Ordinal);

    // An account keeps a name from before these rules.
    private static bool IsKept(Account user, string name) => user.NormalizedUserName == AddressNormalizer.Fold(name);
}
