using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

namespace RedisSessionWeb.Pages.Change;

/// <summary>The end of an account.</summary>
[Authorize]
internal sealed class DeleteModel(DeleteAccount delete, IStringLocalizer<Text> text) : FormPage(text)
{
    [BindProperty, AsTyped]
    public string? Password { get; set; }

    public async Task<IActionResult> OnPostAsync()
    {
        var (outcome, problems) = await delete.DeleteAsync(Password);
        if (!outcome.IsRight)
        {
            return Explain(outcome, nameof(Password), T["This is not your present password."]);
        }

        return problems.Count == 0
            ? Redirect("/signin?done=deleted")
            : Refuse(Whole, T["Your account was changed in another window. Try again."], StatusCodes.Status409Conflict);
    }
}
