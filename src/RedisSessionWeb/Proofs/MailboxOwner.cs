using Microsoft.AspNetCore.Identity;

using RedisAccounts;

using VerificationCodes.Addresses;

namespace RedisSessionWeb.Proofs;

/// <summary>Whose a mailbox is.</summary>
internal static class MailboxOwner
{
    /// <summary>
    /// The account whose stored address is exactly this mailbox, the one that mail to it reaches. Whatever store finds
    /// accounts by whatever rule: one that is found by an address and has another is nobody's business here.
    /// </summary>
    public static async Task<Account?> FindOwnerAsync(this UserManager<Account> accounts, EmailAddress mailbox) =>
        await accounts.FindByEmailAsync(mailbox.Value) is { } account
        && EmailAddress.TryParse(account.Email, out var own) && own.Equals(mailbox)
            ? account
            : null;
}
