using Microsoft.AspNetCore.Identity;

using RedisAccounts;

using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Proofs;
using RedisSessionWeb.Visitors;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Accounts;

/// <summary>
/// Another address for an account: the password once more, a code to the new address, a notice to the old one. An
/// address that belongs to another account gets the same answers; its owner learns of it by mail.
/// </summary>
internal sealed class ChangeEmail(
    AddressProof proof, UserManager<Account> accounts, SignIn signIn, AccountSafety safety, Visitor visitor) : ICodeFlow
{
    private const CodePurpose Purpose = CodePurpose.ChangeEmail;

    public ProofState? Pending => proof.Find(Purpose);

    public bool IsOutdated { get; private set; }

    /// <summary>Whether the address that was asked for is the account's own.</summary>
    public bool IsOwn { get; private set; }

    /// <returns>How the password fared and, where it was right and the address another one, what became of the request for a code.</returns>
    public async Task<(SignInOutcome Password, IssueOutcome? Issue)> AskAsync(string? email, string? password, CaptchaAnswer? captcha)
    {
        if (!EmailAddress.TryParse(email, out var address))
        {
            return (new SignInOutcome(SignInStatus.Right), new IssueOutcome { Status = IssueStatus.NotDeliverable });
        }

        if (await accounts.GetUserAsync(visitor.User) is not { } account)
        {
            return (new SignInOutcome(SignInStatus.Wrong), null);
        }

        IsOwn = EmailAddress.TryParse(account.Email, out var own) && own.Equals(address);
        if (IsOwn)
        {
            return (new SignInOutcome(SignInStatus.Right), null);
        }

        var confirmed = await signIn.ConfirmPasswordAsync(account, password);
        return confirmed.IsRight ? (confirmed, await SendAsync(address, captcha, AccountMark.Of(account))) : (confirmed, null);
    }

    public async Task<IssueOutcome> AskAgainAsync(CaptchaAnswer? captcha) => EmailAddress.TryParse(Pending?.Address, out var address)
        ? await SendAsync(address, captcha, Pending!.Mark)
        : new IssueOutcome { Status = IssueStatus.NotDeliverable };

    /// <summary>Checks the code and, where it is right, changes the address.</summary>
    public async Task<ConfirmOutcome> AnswerAsync(string? code)
    {
        if (await accounts.GetUserAsync(visitor.User) is not { } account || Pending?.Mark != AccountMark.Of(account))
        {
            proof.Forget(Purpose);
            IsOutdated = true;
            return new ConfirmOutcome { Status = ConfirmStatus.Expired };
        }

        var outcome = await proof.AnswerAsync(Purpose, code);
        if (!outcome.IsConfirmed)
        {
            return outcome;
        }

        var address = proof.Proven(Purpose)!;
        proof.Forget(Purpose);
        return await ChangeAsync(account, address) ? outcome : new ConfirmOutcome { Status = ConfirmStatus.Expired };
    }

    private async Task<IssueOutcome> SendAsync(EmailAddress address, CaptchaAnswer? captcha, string? mark)
    {
        var isTaken = await accounts.FindOwnerAsync(address) is not null;
        return await proof.AskAsync(Purpose, address, captcha, isTaken ? NoticeKind.AddressWanted : null, mark);
    }

    private async Task<bool> ChangeAsync(Account account, EmailAddress address)
    {
        var old = account.Email!;
        // A name with an @ must be the account's own address: if it is the old address, it becomes the new one.
        if (account.UserName!.Contains('@', StringComparison.Ordinal))
        {
            account.UserName = address.Value;
        }

        var token = await accounts.GenerateChangeEmailTokenAsync(account, address.Value);
        if (AccountProblems.From(await accounts.ChangeEmailAsync(account, address.Value, token)).Count > 0)
        {
            return false;
        }

        await safety.EndAccessAsync(account, old, keepsThisSession: true);
        await safety.SignInAgainAsync(account);
        await safety.TellAsync(NoticeKind.EmailChanged, old, address.Masked);
        return true;
    }
}
