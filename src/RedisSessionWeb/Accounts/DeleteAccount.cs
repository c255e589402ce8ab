using Microsoft.AspNetCore.Identity;

using RedisAccounts;

using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Visitors;

using VerificationCodes.Delivery;

namespace RedisSessionWeb.Accounts;

/// <summary>The end of an account, after the password once more: its record, its sessions and its open codes go.</summary>
internal sealed class DeleteAccount(UserManager<Account> accounts, SignIn signIn, AccountSafety safety, Visitor visitor)
{
    // Each further attempt means that another caller changed the account within the same millisecond.
    private const int Attempts = 3;

    /// <returns>How the password fared, and why the account is still there; none: it is gone.</returns>
    public async Task<(SignInOutcome Password, IReadOnlyList<AccountProblem> Problems)> DeleteAsync(string? password)
    {
        if (await accounts.GetUserAsync(visitor.User) is not { } account)
        {
            return (new SignInOutcome(SignInStatus.Wrong), AccountProblems.None);
        }

        var confirmed = await signIn.ConfirmPasswordAsync(account, password);
        if (!confirmed.IsRight)
        {
            return (confirmed, AccountProblems.None);
        }

        var problems = await DeleteAsync(account);
        if (problems.Count > 0)
        {
            return (confirmed, problems);
        }

        await safety.EndAccessAsync(account, account.Email!, keepsThisSession: false);
        await visitor.SignOutAsync();
        await safety.TellAsync(NoticeKind.AccountDeleted, account.Email!);
        return (confirmed, AccountProblems.None);
    }

    /// <summary>
    /// Deletes what the password was confirmed for, although its record may have changed since: a password takes a
    /// tenth of a second to check. Another password or address meanwhile means the confirmation is worth nothing.
    /// </summary>
    private async Task<IReadOnlyList<AccountProblem>> DeleteAsync(Account confirmed)
    {
        var (account, problems) = (confirmed, AccountProblems.None);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            problems = AccountProblems.From(await accounts.DeleteAsync(account));
            if (problems.Count == 0 || await accounts.FindByIdAsync(confirmed.Id) is not { } fresh)
            {
                return AccountProblems.None;
            }

            if (fresh.SecurityStamp != confirmed.SecurityStamp)
            {
                break;
            }

            account = fresh;
        }

        return problems;
    }
}
