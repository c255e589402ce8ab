using Microsoft.AspNetCore.Identity;

using RedisAccounts;
using RedisAccounts.SignIn;

using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Proofs;
using RedisSessionWeb.Visitors;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Accounts;

/// <summary>
/// A new account: address, code, then name and password. The account is made only after the code was right, and an
/// address that has one already gets the same answers in the same time; its owner learns of it by mail.
/// </summary>
internal sealed class Register(AddressProof proof, UserManager<Account> accounts, SignInThrottle throttle, Visitor visitor) : ICodeFlow
{
    private const CodePurpose Purpose = CodePurpose.Register;

    public ProofState? Pending => proof.Find(Purpose);

    /// <summary>The address that was proven and waits for a name and a password.</summary>
    public EmailAddress? Proven => proof.Proven(Purpose);

    public async Task<IssueOutcome> AskAsync(string? email, CaptchaAnswer? captcha)
    {
        if (!EmailAddress.TryParse(email, out var address))
            return new IssueOutcome { Status = IssueStatus.NotDeliverable };
        var isTaken = await accounts.FindOwnerAsync(address) is not null;
        return await proof.AskAsync(Purpose, address, captcha, isTaken ? NoticeKind.AlreadyRegistered : null);
    }

    public Task<IssueOutcome> AskAgainAsync(CaptchaAnswer? captcha) => AskAsync(Pending?.Address, captcha);

    public Task<ConfirmOutcome> AnswerAsync(string? code) => proof.AnswerAsync(Purpose, code);

    /// <summary>Makes the account and signs it in.</summary>
    public async Task<IReadOnlyList<AccountProblem>> FinishAsync(string? name, string? password)
    {
        if (Proven is not { } address)
            return [AccountProblem.NotProven];
        var account = new Account { UserName = name?.Trim() ?? "", Email = address.Value, EmailConfirmed = true };
        var problems = AccountProblems.From(await accounts.CreateAsync(account, password ?? ""));
        if (problems.Count > 0)
            return problems;
        proof.Forget(Purpose);
        await visitor.SignInAsync(account, await throttle.RememberAsync(account.Id, visitor.DeviceTokenFor(account.Id)));
        return problems;
    }
}
