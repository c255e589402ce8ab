using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

using RedisAccounts;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

namespace RedisSessionWeb.Pages.Change;

/// <summary>Another password, for a user who knows the present one.</summary>
[Authorize]
internal sealed class PasswordModel(ChangePassword change, IOptions<AccountOptions> limits, IStringLocalizer<Text> text)
    : NewPasswordPage(limits, text)
{
    [BindProperty, AsTyped]
    public string? OldPassword { get; set; }

    [BindProperty, AsTyped]
    public string? NewPassword { get; set; }

    public async Task<IActionResult> OnPostAsync()
    {
        var (old, problems) = await change.ChangeAsync(OldPassword, NewPassword);
        if (!old.IsRight)
        {
            return Explain(old, nameof(OldPassword), T["This is not your present password."]);
        }

        return problems.Count == 0 ? Redirect("/account?done=password") : Explain(problems, Whole, nameof(NewPassword));
    }
}
