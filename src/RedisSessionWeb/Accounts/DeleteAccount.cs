using Microsoft.AspNetCore.Identity;

using RedisAccounts;

using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Visitors;

using VerificationCodes.Delivery;

namespace RedisSessionWeb.Accounts;

/// <summary>The end of an account, after the password once more: its record, its sessions and its open codes go.</summary>
internal sealed class DeleteAccount(UserManager<Account> accounts, SignIn signIn, AccountSafety safety, Visitor visitor)
{
    public async Task<SignInOutcome> DeleteAsync(string? password)
    {
        if (await accounts.GetUserAsync(visitor.User) is not { } account)
            return new SignInOutcome(SignInStatus.Wrong);
        var confirmed = await signIn.ConfirmPasswordAsync(account, password);
        if (!confirmed.IsRight)
            return confirmed;
        AccountProblems.From(await accounts.DeleteAsync(account));
        await safety.EndAccessAsync(account, account.Email!, keepsThisSession: false);
        await visitor.SignOutAsync();
        await safety.TellAsync(NoticeKind.AccountDeleted, account.Email!);
        return confirmed;
    }
}
