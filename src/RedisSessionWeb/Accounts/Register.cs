using Microsoft.AspNetCore.Identity;

using RedisAccounts;
using RedisAccounts.Passwords.Hashing;
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
internal sealed class Register(
    AddressProof proof, UserManager<Account> accounts, PasswordHashing hashing, SignInThrottle throttle, Visitor visitor) : ICodeFlow
{
    private const CodePurpose Purpose = CodePurpose.Register;

    public ProofState? Pending => proof.Find(Purpose);

    /// <summary>The address that was proven and waits for a name and a password.</summary>
    public EmailAddress? Proven => proof.Proven(Purpose);

    public async Task<IssueOutcome> AskAsync(string? email, CaptchaAnswer? captcha)
    {
        if (!EmailAddress.TryParse(email, out var address))
        {
            return new IssueOutcome { Status = IssueStatus.NotDeliverable };
        }

        var isTaken = await accounts.FindOwnerAsync(address) is not null;
        return await proof.AskAsync(Purpose, address, captcha, isTaken ? NoticeKind.AlreadyRegistered : null);
    }

    public Task<IssueOutcome> AskAgainAsync(CaptchaAnswer? captcha) => AskAsync(Pending?.Address, captcha);

    public Task<ConfirmOutcome> AnswerAsync(string? code) => proof.AnswerAsync(Purpose, code);

    /// <summary>
    /// Makes the account and signs it in. A try for a name is counted for the proven address before the name is looked
    /// up, so that taken names can be found no faster than passwords can be tried.
    /// </summary>
    /// <returns>Whether there were too many tries and, where there were not, what has to be put right.</returns>
    public async Task<(SignInOutcome Try, IReadOnlyList<AccountProblem> Problems)> FinishAsync(string? name, string? password)
    {
        var counted = new SignInOutcome(SignInStatus.Right);
        if (Proven is not { } address)
        {
            return (counted, [AccountProblem.NotProven]);
        }

        var account = new Account { UserName = name?.Trim() ?? "", Email = address.Value, EmailConfirmed = true };
        if (await accounts.FindProblemsAsync(account, password ?? "") is { Count: > 0 } broken)
        {
            return (counted, broken);
        }

        hashing.Prefer(address.Value);
        // Before the name is looked up: a missing place must not reveal that a name is free.
        using var place = await hashing.ReserveAsync();
        var attempt = new SignInAttempt("register " + address.Value, visitor.Address, DeviceToken: null);
        var permit = await throttle.BeginAsync(attempt);
        if (!permit.IsAllowed)
        {
            return (new SignInOutcome(SignInStatus.Limited, TimeSpan.FromSeconds(permit.RetryAfterSeconds)), AccountProblems.None);
        }

        var problems = AccountProblems.From(await accounts.CreateAsync(account, password ?? ""));
        if (problems.Count > 0)
        {
            return (counted, problems);
        }

        await throttle.GiveBackAsync(attempt, permit);
        proof.Forget(Purpose);
        await visitor.SignInAsync(account, await throttle.RememberAsync(account.Id, visitor.DeviceTokenFor(account.Id)));
        return (counted, problems);
    }
}
