using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Pages.Recovery;

/// <summary>Reset a password, step 1: the address.</summary>
internal sealed class IndexModel(ResetPassword reset, ICaptchaService captchas, IStringLocalizer<Text> text)
    : AskPage(captchas, text)
{
    public Task OnGetAsync()
    {
        Email = reset.Pending?.Address;
        return ShowAsync();
    }

    public async Task<IActionResult> OnPostAsync() =>
        await AnswerAsync(await reset.AskAsync(Email, CaptchaAnswer), "/reset/code");
}
