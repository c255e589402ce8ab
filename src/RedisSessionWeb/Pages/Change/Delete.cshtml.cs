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
    [BindProperty]
    public string? Password { get; set; }

    public async Task<IActionResult> OnPostAsync()
    {
        var outcome = await delete.DeleteAsync(Password);
        return outcome.IsRight
            ? Redirect("/signin?done=deleted")
            : Explain(outcome, nameof(Password), T["This is not your present password."]);
    }
}
