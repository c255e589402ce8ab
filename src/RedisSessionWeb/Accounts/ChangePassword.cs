using Microsoft.AspNetCore.Identity;

using RedisAccounts;

using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Visitors;

using VerificationCodes.Delivery;

namespace RedisSessionWeb.Accounts;

/// <summary>A new password for a user who is signed in and knows the old one. Ends all other sessions.</summary>
internal sealed class ChangePassword(UserManager<Account> accounts, SignIn signIn, AccountSafety safety, Visitor visitor)
{
    /// <returns>How the old password fared and, where it was right, what is wrong with the new one.</returns>
    public async Task<(SignInOutcome Old, IReadOnlyList<AccountProblem> New)> ChangeAsync(string? oldPassword, string? newPassword)
    {
        if (await accounts.GetUserAsync(visitor.User) is not { } account)
        {
            return (new SignInOutcome(SignInStatus.Wrong), AccountProblems.None);
        }

        var old = await signIn.ConfirmPasswordAsync(account, oldPassword);
        if (!old.IsRight)
        {
            return (old, AccountProblems.None);
        }

        var token = await accounts.GeneratePasswordResetTokenAsync(account);
        var problems = AccountProblems.From(await accounts.ResetPasswordAsync(account, token, newPassword ?? ""));
        if (problems.Count > 0)
        {
            return (old, problems);
        }

        await safety.EndAccessAsync(account, account.Email!, keepsThisSession: true);
        await safety.SignInAgainAsync(account);
        await safety.TellAsync(NoticeKind.PasswordChanged, account.Email!);
        return (old, problems);
    }
}
