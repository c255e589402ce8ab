using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Pages.Change;

/// <summary>Another address, step 1: the address and the password.</summary>
[Authorize]
internal sealed class EmailModel(ChangeEmail change, ICaptchaService captchas, IStringLocalizer<Text> text) : AskPage(captchas, text)
{
    [BindProperty, AsTyped]
    public string? Password { get; set; }

    public Task OnGetAsync() => ShowAsync();

    public async Task<IActionResult> OnPostAsync()
    {
        var (password, issue) = await change.AskAsync(Email, Password, CaptchaAnswer);
        if (change.IsOwn)
        {
            return await ShowAsync(Refuse(nameof(Email), T["This is already the address of your account."]));
        }

        return issue is null
            ? await ShowAsync(Explain(password, nameof(Password), T["This is not your present password."]))
            : await AnswerAsync(issue, "/account/email/code");
    }
}
