using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Accounts.Phones;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

namespace RedisSessionWeb.Pages.Phone;

/// <summary>Takes the phone number away from an account; also where text messages are off by now.</summary>
[Authorize]
internal sealed class RemoveModel(ChangePhone change, IStringLocalizer<Text> text) : FormPage(text)
{
    [BindProperty]
    public string? Password { get; set; }

    /// <summary>The number that the account has.</summary>
    public string Present { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync() => await FindAsync() ? Page() : Redirect("/account");

    public async Task<IActionResult> OnPostAsync()
    {
        if (!await FindAsync())
        {
            return Redirect("/account");
        }

        var (password, problems) = await change.RemoveAsync(Password);
        if (!password.IsRight)
        {
            return Explain(password, nameof(Password), T["This is not your present password."]);
        }

        return problems.Count == 0
            ? Redirect("/account?done=phone-removed")
            : Refuse(Whole, T["Your account was changed in another window. Try again."], StatusCodes.Status409Conflict);
    }

    private async Task<bool> FindAsync()
    {
        Present = await change.FindAsync() ?? "";
        return Present.Length > 0;
    }
}
