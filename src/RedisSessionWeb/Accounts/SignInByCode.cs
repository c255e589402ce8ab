using Microsoft.AspNetCore.Identity;

using RedisAccounts;
using RedisAccounts.SignIn;

using RedisSessionWeb.Proofs;
using RedisSessionWeb.Visitors;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Accounts;

/// <summary>Signing in with a code to the account's address instead of a password.</summary>
internal sealed class SignInByCode(AddressProof proof, UserManager<Account> accounts, SignInThrottle throttle, Visitor visitor) : ICodeFlow
{
    private const CodePurpose Purpose = CodePurpose.SignIn;

    public ProofState? Pending => proof.Find(Purpose);

    public async Task<IssueOutcome> AskAsync(string? email, CaptchaAnswer? captcha)
    {
        if (!EmailAddress.TryParse(email, out var address))
        {
            return new IssueOutcome { Status = IssueStatus.NotDeliverable };
        }

        var account = await accounts.FindOwnerAsync(address);
        var browser = account is null ? null : await throttle.FindBrowserAsync(account.Id, visitor.DeviceTokenFor(account.Id));
        return await proof.AskAsync(Purpose, address, captcha, account is null ? NoticeKind.NoAccount : null, knownBrowser: browser);
    }

    public Task<IssueOutcome> AskAgainAsync(CaptchaAnswer? captcha) => AskAsync(Pending?.Address, captcha);

    /// <summary>Checks the code, and signs in where it is right.</summary>
    public async Task<ConfirmOutcome> AnswerAsync(string? code)
    {
        var outcome = await proof.AnswerAsync(Purpose, code);
        if (!outcome.IsConfirmed)
        {
            return outcome;
        }

        var address = proof.Proven(Purpose)!;
        proof.Forget(Purpose);
        if (await accounts.FindOwnerAsync(address) is not { } account || await accounts.IsLockedOutAsync(account))
        {
            return new ConfirmOutcome { Status = ConfirmStatus.Expired };
        }

        await visitor.SignInAsync(account, await throttle.RememberAsync(account.Id, visitor.DeviceTokenFor(account.Id)));
        return outcome;
    }
}
