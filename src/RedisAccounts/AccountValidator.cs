using System.Globalization;

using Mailboxes;

using Microsoft.AspNetCore.Identity;

namespace RedisAccounts;

/// <summary>
/// The rules for a name and an address. Whether they are free is not asked here: the store decides it in the step
/// that writes, and answers with Identity's own errors.
/// </summary>
/// <remarks>
/// A name has 1 to 64 characters of any script, without control, format, private-use or line-breaking characters and
/// without white space at either end. One with an @ must be the account's own address: else a name could pose as
/// somebody else's address where either may be typed. An account has an address.
/// </remarks>
internal sealed class AccountValidator(IdentityErrorDescriber errors) : IUserValidator<Account>
{
    private const int MaxNameLength = 64;

    public async Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user)
    {
        var name = await manager.GetUserNameAsync(user);
        var email = await manager.GetEmailAsync(user);
        var found = new List<IdentityError>();
        if (!IsName(name) || (name.Contains('@', StringComparison.Ordinal) && !IsSame(manager, name, email)))
        {
            found.Add(errors.InvalidUserName(name));
        }

        if (!Mailbox.TryParse(email, out _))
        {
            found.Add(errors.InvalidEmail(email));
        }

        return found.Count == 0 ? IdentityResult.Success : IdentityResult.Failed([.. found]);
    }

    private static bool IsSame(UserManager<Account> manager, string name, string? email) =>
        string.Equals(manager.NormalizeEmail(name), manager.NormalizeEmail(email), StringComparison.Ordinal);

    private static bool IsName([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] string? name)
    {
        if (string.IsNullOrEmpty(name) || name.Trim().Length != name.Length)
        {
            return false;
        }

        var length = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            length++;
            if (rune == System.Text.Rune.ReplacementChar || System.Text.Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned)
            {
                return false;
            }
        }

        return length <= MaxNameLength;
    }
}
