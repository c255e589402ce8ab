using Microsoft.AspNetCore.Identity;

using RedisAccounts;
using RedisAccounts.SignIn;

using RedisSessionWeb.Proofs;
using RedisSessionWeb.Visitors;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Accounts.Phones;

/// <summary>
/// Signing in with a code to the number that an account has confirmed. A number that no account has confirmed gets the
/// same answers, in the same time, and no message: those cost money.
/// </summary>
internal sealed class SignInByPhone(
    NumberProof proof, UserManager<Account> accounts, NumberOwner owner, SignInThrottle throttle, Visitor visitor) : ICodeFlow
{
    private const CodePurpose Purpose = CodePurpose.SignIn;

    public ProofState? Pending => proof.Find(Purpose);

    /// <param name="typed">The number as typed.</param>
    /// <param name="country">The region that was chosen for a number without a country code.</param>
    /// <param name="captcha">The solved captcha, where one is required.</param>
    public async Task<IssueOutcome> AskAsync(string? typed, string? country, CaptchaAnswer? captcha)
    {
        if (!PhoneNumber.TryParse(typed, out var number, country ?? ""))
        {
            return new IssueOutcome { Status = IssueStatus.NotDeliverable };
        }

        var account = await owner.FindAsync(number);
        var browser = account is null ? null : await throttle.FindBrowserAsync(account.Id, visitor.DeviceTokenFor(account.Id));
        return await proof.AskAsync(Purpose, number, captcha, account is null ? NoticeKind.NoAccount : null, knownBrowser: browser);
    }

    public Task<IssueOutcome> AskAgainAsync(CaptchaAnswer? captcha) => AskAsync(Pending?.Address, country: null, captcha);

    /// <summary>Checks the code, and signs in where it is right.</summary>
    public async Task<ConfirmOutcome> AnswerAsync(string? code)
    {
        var outcome = await proof.AnswerAsync(Purpose, code);
        if (!outcome.IsConfirmed)
        {
            return outcome;
        }

        var number = proof.Proven(Purpose)!;
        proof.Forget(Purpose);
        if (await owner.FindAsync(number) is not { } account || await accounts.IsLockedOutAsync(account))
        {
            return new ConfirmOutcome { Status = ConfirmStatus.Expired };
        }

        await visitor.SignInAsync(account, await throttle.RememberAsync(account.Id, visitor.DeviceTokenFor(account.Id)));
        return outcome;
    }
}
