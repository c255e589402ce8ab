using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

using RedisAccounts;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;
using RedisSessionWeb.Proofs;

namespace RedisSessionWeb.Pages.Recovery;

/// <summary>Reset a password, step 3: the new one. Only reached with a proven address.</summary>
[ByRedisTime]
internal sealed class PasswordModel(ResetPassword reset, IOptions<AccountOptions> limits, IStringLocalizer<Text> text)
    : NewPasswordPage(limits, text)
{
    [BindProperty, AsTyped]
    public string? Password { get; set; }

    public string Address { get; private set; } = "";

    /// <summary>Whether the proof was worth nothing any more: there is nothing to fill in.</summary>
    public bool IsOver { get; private set; }

    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (reset.Proven is { } address)
        {
            Address = address.Value;
        }
        else
        {
            context.Result = Redirect(reset.Pending is null ? "/reset" : "/reset/code");
        }
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var problems = await reset.FinishAsync(Password);
        IsOver = problems.Contains(AccountProblem.ProofOutdated);
        return problems.Count == 0 ? Redirect("/signin?done=reset") : Explain(problems, Whole, nameof(Password));
    }
}
