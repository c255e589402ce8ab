using Microsoft.AspNetCore.Identity;

using RedisAccounts;

using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Proofs;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Accounts.Phones;

/// <summary>
/// The phone number of an account: confirmed, changed or removed after the password once more. Each time the owner
/// gets a mail, and other sessions and codes end. A number that another account has is refused only after its code was
/// right, so that only the holder of the telephone learns of it.
/// </summary>
internal sealed class ChangePhone(
    NumberProof proof, UserManager<Account> accounts, NumberOwner owner, SignIn signIn, AccountSafety safety) : ICodeFlow
{
    private const CodePurpose Purpose = CodePurpose.ConfirmPhone;

    public ProofState? Pending => proof.Find(Purpose);

    public bool IsOutdated { get; private set; }

    /// <summary>Whether the number was proven, and belongs to another account.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>The confirmed number of the signed-in account; <see langword="null"/>: none.</summary>
    public async Task<string?> FindAsync() =>
        await signIn.FindAccountAsync() is { PhoneNumberConfirmed: true } account ? account.PhoneNumber : null;

    /// <returns>How the password fared and, where it was right, what became of the request for a code.</returns>
    public async Task<(SignInOutcome Password, IssueOutcome? Issue)> AskAsync(
        string? typed, string? country, string? password, CaptchaAnswer? captcha)
    {
        if (!PhoneNumber.TryParse(typed, out var number, country ?? ""))
        {
            return (new SignInOutcome(SignInStatus.Right), new IssueOutcome { Status = IssueStatus.NotDeliverable });
        }

        if (await signIn.FindAccountAsync() is not { } account)
        {
            return (new SignInOutcome(SignInStatus.Wrong), null);
        }

        var confirmed = await signIn.ConfirmPasswordAsync(account, password);
        return confirmed.IsRight ? (confirmed, await SendAsync(number, captcha, AccountMark.Of(account))) : (confirmed, null);
    }

    public async Task<IssueOutcome> AskAgainAsync(CaptchaAnswer? captcha) => PhoneNumber.TryParse(Pending?.Address, out var number)
        ? await SendAsync(number, captcha, Pending!.Mark)
        : new IssueOutcome { Status = IssueStatus.NotDeliverable };

    /// <summary>Checks the code and, where it is right, gives the account the number.</summary>
    public async Task<ConfirmOutcome> AnswerAsync(string? code)
    {
        // An account that has the number in an old form is put right before this one is read, which may be the same.
        if (PhoneNumber.TryParse(Pending?.Address, out var asked))
        {
            await owner.FindAsync(asked);
        }

        if (await signIn.FindAccountAsync() is not { } account || Pending?.Mark != AccountMark.Of(account))
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

        var number = proof.Proven(Purpose)!;
        proof.Forget(Purpose);
        var problems = await ChangeAsync(account, number);
        IsTaken = problems.Contains(AccountProblem.NumberTaken);
        return problems.Count == 0 || IsTaken ? outcome : new ConfirmOutcome { Status = ConfirmStatus.Expired };
    }

    /// <summary>Takes the number away from the account.</summary>
    /// <returns>How the password fared, and why the number is still there; none: it is gone.</returns>
    public async Task<(SignInOutcome Password, IReadOnlyList<AccountProblem> Problems)> RemoveAsync(string? password)
    {
        if (await signIn.FindAccountAsync() is not { } account)
        {
            return (new SignInOutcome(SignInStatus.Wrong), AccountProblems.None);
        }

        var confirmed = await signIn.ConfirmPasswordAsync(account, password);
        if (!confirmed.IsRight || account.PhoneNumber is not { Length: > 0 } number)
        {
            return (confirmed, AccountProblems.None);
        }

        var problems = AccountProblems.From(await accounts.SetPhoneNumberAsync(account, null));
        if (problems.Count == 0)
        {
            await FinishAsync(account, number, NoticeKind.PhoneRemoved, Mask(number));
        }

        return (confirmed, problems);
    }

    private Task<IssueOutcome> SendAsync(PhoneNumber number, CaptchaAnswer? captcha, string? mark) =>
        proof.AskAsync(Purpose, number, captcha, instead: null, mark);

    private async Task<IReadOnlyList<AccountProblem>> ChangeAsync(Account account, PhoneNumber number)
    {
        var old = account.PhoneNumber;
        var token = await accounts.GenerateChangePhoneNumberTokenAsync(account, number.Value);
        var problems = AccountProblems.From(await accounts.ChangePhoneNumberAsync(account, number.Value, token));
        if (problems.Count == 0)
        {
            await FinishAsync(account, old, NoticeKind.PhoneChanged, number.Masked);
        }

        return problems;
    }

    private async Task FinishAsync(Account account, string? old, NoticeKind notice, string told)
    {
        if (old is not null)
        {
            await safety.EndCodesAsync(old);
        }

        await safety.EndAccessAsync(account, account.Email!, keepsThisSession: true);
        await safety.SignInAgainAsync(account);
        await safety.TellAsync(notice, account.Email!, told);
    }

    // A number that an earlier version accepted may be invalid by today's tables.
    private static string Mask(string number) => PhoneNumber.TryParse(number, out var known) ? known.Masked : string.Concat(number.AsSpan(0, Math.Min(3, number.Length)), "…");
}
