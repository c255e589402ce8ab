using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Pages.Registration;

/// <summary>Register, step 1: the address.</summary>
internal sealed class IndexModel(Accounts.Register register, ICaptchaService captchas, IStringLocalizer<Text> text)
    : AskPage(captchas, text)
{
    public Task OnGetAsync()
    {
        Email = register.Pending?.Address;
        return ShowAsync();
    }

    public async Task<IActionResult> OnPostAsync() =>
        await AnswerAsync(await register.AskAsync(Email, CaptchaAnswer), "/register/code");
}
