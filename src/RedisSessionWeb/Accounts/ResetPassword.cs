using Microsoft.AspNetCore.Identity;

using RedisAccounts;
using RedisAccounts.Passwords.Hashing;

using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Proofs;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Accounts;

/// <summary>
/// A forgotten password: address, code, new password. It does not sign in, and it ends every session and open code of
/// the account.
/// </summary>
internal sealed class ResetPassword(
    AddressProof proof, UserManager<Account> accounts, PasswordHashing hashing, AccountSafety safety) : ICodeFlow
{
    private const CodePurpose Purpose = CodePurpose.ResetPassword;

    public ProofState? Pending => proof.Find(Purpose);

    /// <summary>The address that was proven and waits for a new password.</summary>
    public EmailAddress? Proven => proof.Proven(Purpose);

    public async Task<IssueOutcome> AskAsync(string? email, CaptchaAnswer? captcha)
    {
        if (!EmailAddress.TryParse(email, out var address))
        {
            return new IssueOutcome { Status = IssueStatus.NotDeliverable };
        }

        var account = await accounts.FindOwnerAsync(address);
        var browser = account is null ? null : await safety.FindBrowserAsync(account);
        return await proof.AskAsync(Purpose, address, captcha, account is null ? NoticeKind.NoAccount : null, knownBrowser: browser);
    }

    public Task<IssueOutcome> AskAgainAsync(CaptchaAnswer? captcha) => AskAsync(Pending?.Address, captcha);

    public async Task<ConfirmOutcome> AnswerAsync(string? code)
    {
        var account = EmailAddress.TryParse(Pending?.Address, out var address) ? await accounts.FindOwnerAsync(address) : null;
        return await proof.AnswerAsync(Purpose, code, account is null ? null : AccountMark.Of(account));
    }

    public async Task<IReadOnlyList<AccountProblem>> FinishAsync(string? password)
    {
        if (Proven is not { } address)
        {
            return [AccountProblem.NotProven];
        }

        if (await accounts.FindOwnerAsync(address) is not { } account || Pending?.Mark != AccountMark.Of(account))
        {
            proof.Forget(Purpose);
            return [AccountProblem.ProofOutdated];
        }

        hashing.Prefer(account.Id);
        var token = await accounts.GeneratePasswordResetTokenAsync(account);
        var problems = AccountProblems.From(await accounts.ResetPasswordAsync(account, token, password ?? ""));
        if (problems.Count > 0)
        {
            return problems;
        }

        proof.Forget(Purpose);
        await safety.EndAccessAsync(account, account.Email!, keepsThisSession: false);
        await safety.TellAsync(NoticeKind.PasswordReset, account.Email!);
        return problems;
    }
}
