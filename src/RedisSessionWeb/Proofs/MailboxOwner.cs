using Microsoft.AspNetCore.Identity;

using RedisAccounts;

using VerificationCodes.Addresses;

namespace RedisSessionWeb.Proofs;

/// <summary>Whose a mailbox is.</summary>
internal static class MailboxOwner
{
    /// <summary>
    /// The account whose stored address is exactly this mailbox, the one that mail to it reaches. A store may find
    /// accounts by a rule of its own: an account with another address is ignored here.
    /// </summary>
    public static async Task<Account?> FindOwnerAsync(this UserManager<Account> accounts, EmailAddress mailbox) =>
        await accounts.FindByEmailAsync(mailbox.Value) is { } account
        && EmailAddress.TryParse(account.Email, out var own) && own.Equals(mailbox)
            ? account
            : null;
}
