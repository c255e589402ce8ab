using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

using RedisAccounts;

using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Localization;

namespace RedisSessionWeb.Forms;

/// <summary>A page that asks for a new password and shows the configured limits.</summary>
internal abstract class NewPasswordPage(IOptions<AccountOptions> limits, IStringLocalizer<Text> text) : FormPage(text)
{
    // What NIST SP 800-63B-4, 3.1.1.2 demands of a password that stands alone.
    private const int GoodPasswordLength = 15;

    /// <summary>What makes a good password, said before one is typed.</summary>
    public string PasswordHint => T["At least {0} characters, better {1} or more: a few words that only you would put together. Spaces and emoji count. Not your name or address, and not one of the most common passwords.",
        MinPasswordLength, Math.Max(MinPasswordLength, GoodPasswordLength)];

    private int MinPasswordLength => limits.Value.MinPasswordLength;

    /// <summary>What has to be put right in a new name, address or password.</summary>
    protected PageResult Explain(IEnumerable<AccountProblem> problems, string nameField, string passwordField)
    {
        foreach (var problem in problems)
        {
            ModelState.AddModelError(
                problem switch
                {
                    AccountProblem.NameTaken or AccountProblem.NameInvalid => nameField,
                    AccountProblem.AddressTaken or AccountProblem.NotProven or AccountProblem.ProofOutdated or AccountProblem.ChangedMeanwhile => Whole,
                    _ => passwordField,
                },
                Words(problem));
        }

        Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }

    private string Words(AccountProblem problem) => problem switch
    {
        AccountProblem.NotProven => T["Too much time has passed since the code. Start again."],
        AccountProblem.ProofOutdated => T["Your account has changed since the code was asked for. Start again."],
        AccountProblem.NameTaken => T["This name is taken. Choose another one."],
        AccountProblem.NameInvalid => T["Enter a name of 1 to 64 visible characters of one script, without an @."],
        AccountProblem.AddressTaken => T["This address has an account by now. Sign in with it."],
        AccountProblem.PasswordTooShort => T["Use at least {0} characters.", MinPasswordLength],
        AccountProblem.PasswordTooLong => T["Use at most {0} characters.", limits.Value.MaxPasswordLength],
        AccountProblem.PasswordBlank => T["A password cannot consist of blanks alone. Choose another one."],
        AccountProblem.PasswordNotText => T["This password contains characters that are not text. Choose another one."],
        AccountProblem.PasswordTooCommon => T["This is one of the most used passwords. Choose another one."],
        AccountProblem.PasswordIsAddress => T["Your address or name cannot be your password. Choose another one."],
        _ => T["Your account was changed in another window. Try again."],
    };
}
