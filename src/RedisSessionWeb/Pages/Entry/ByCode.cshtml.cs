using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Pages.Entry;

/// <summary>Sign in by code, step 1: the address.</summary>
internal sealed class ByCodeModel(SignInByCode signIn, ICaptchaService captchas, IStringLocalizer<Text> text)
    : AskPage(captchas, text)
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public Task OnGetAsync()
    {
        Email = signIn.Pending?.Address;
        return ShowAsync();
    }

    public async Task<IActionResult> OnPostAsync() => await AnswerAsync(
        await signIn.AskAsync(Email, CaptchaAnswer),
        Url.IsLocalUrl(ReturnUrl) ? "/signin/code/confirm?ReturnUrl=" + Uri.EscapeDataString(ReturnUrl) : "/signin/code/confirm");
}
