using Microsoft.AspNetCore.Identity;

using RedisAccounts;
using RedisAccounts.Passwords.Hashing;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Proofs;
using RedisSessionWeb.Visitors;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Gate;

/// <summary>
/// Register and reset without a browser. There is no session before sign-in, so codes are bound to the address alone; all
/// limits of codes hold. There is a place to hash the password before the code is used up.
/// </summary>
internal sealed class GateService(
    IVerificationService codes, UserManager<Account> accounts, PasswordHashing hashing, AccountSafety safety, Visitor visitor)
{
    public async Task<GateAnswer> SendCodeAsync(CodeRequest request)
    {
        if (!EmailAddress.TryParse(request.Email, out var address))
        {
            return GateError.BadEmail;
        }

        var outcome = await codes.IssueAsync(new IssueRequest
        {
            Purpose = CodePurpose.General,
            Address = address,
            ClientAddress = visitor.Address,
            Language = visitor.Language,
            WithoutCaptcha = true,
        });
        return outcome switch
        {
            { IsSent: true } => new GateAnswer(GateError.None) { Email = address.Value },
            { IsLimited: true } => GateAnswer.TooOften(outcome.RetryAfter),
            _ => GateError.BadEmail,
        };
    }

    /// <summary>
    /// What reveals nothing about others is checked before the code is used up; whether name and address are free, only
    /// after it was right: without the code of an address a client learns nothing about its account.
    /// </summary>
    public async Task<GateAnswer> RegisterAsync(RegisterRequest request)
    {
        if (!EmailAddress.TryParse(request.Email, out var address))
        {
            return GateError.BadEmail;
        }

        if (request.Passwd != request.Confirm)
        {
            return GateError.PasswordsDiffer;
        }

        var account = new Account { UserName = request.User.Trim(), Email = address.Value, EmailConfirmed = true };
        if (await RefusesAsync(account, request.Passwd) is { } refusal)
        {
            return refusal;
        }

        using var place = await hashing.ReserveAsync();
        if (await CheckAsync(address, request.Varifycode) is { } failure)
        {
            return failure;
        }

        var problems = AccountProblems.From(await accounts.CreateAsync(account, request.Passwd));
        return problems.Count > 0
            ? Number(problems[0])
            : new GateAnswer(GateError.None) { Uid = account.Id, Email = account.Email, User = account.UserName };
    }

    public async Task<GateAnswer> ResetAsync(ResetRequest request)
    {
        if (!EmailAddress.TryParse(request.Email, out var address))
        {
            return GateError.BadEmail;
        }

        if (await RefusesAsync(new Account { UserName = request.User, Email = address.Value }, request.Passwd) is { } refusal)
        {
            return refusal;
        }
        // Read before the code is used up: a change of the account meanwhile makes the reset fail.
        var account = await accounts.FindOwnerAsync(address);
        var named = await accounts.FindByNameAsync(request.User);
        using var place = await hashing.ReserveAsync();
        if (await CheckAsync(address, request.Varifycode) is { } failure)
        {
            return failure;
        }

        if (account is null || account.Id != named?.Id)
        {
            return GateError.EmailMismatch;
        }

        var token = await accounts.GeneratePasswordResetTokenAsync(account);
        var problems = AccountProblems.From(await accounts.ResetPasswordAsync(account, token, request.Passwd));
        if (problems.Count > 0)
        {
            return Number(problems[0]);
        }

        await safety.EndAccessAsync(account, account.Email!, keepsThisSession: false);
        await safety.TellAsync(NoticeKind.PasswordReset, account.Email!);
        return new GateAnswer(GateError.None) { Email = account.Email, User = account.UserName };
    }

    /// <summary>Name and password by the rules for accounts, which tell nothing about who has one.</summary>
    private async Task<GateAnswer?> RefusesAsync(Account account, string password) =>
        await accounts.FindProblemsAsync(account, password) is [var problem, ..] ? Number(problem) : null;

    private async Task<GateAnswer?> CheckAsync(EmailAddress address, string code)
    {
        var outcome = await codes.ConfirmAsync(new ConfirmRequest
        {
            Purpose = CodePurpose.General,
            Address = address,
            Code = code,
            ClientAddress = visitor.Address,
        });
        return outcome.Status switch
        {
            ConfirmStatus.Confirmed => null,
            ConfirmStatus.Blocked => GateAnswer.TooOften(outcome.RetryAfter),
            // Not revealed: whether there is a code that could have been right.
            _ => GateError.CodeWrong,
        };
    }

    private static GateError Number(AccountProblem problem) => problem switch
    {
        AccountProblem.NameTaken or AccountProblem.AddressTaken => GateError.UserExists,
        AccountProblem.NameInvalid => GateError.BadUser,
        AccountProblem.ChangedMeanwhile or AccountProblem.NotProven => GateError.UpdateFailed,
        _ => GateError.BadPassword,
    };
}
