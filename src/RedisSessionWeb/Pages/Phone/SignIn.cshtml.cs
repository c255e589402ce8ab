using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

using RedisSessionWeb.Accounts.Phones;
using RedisSessionWeb.Forms.Numbers;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Pages.Phone;

/// <summary>Sign in by text message, step 1: the number.</summary>
internal sealed class SignInModel(SignInByPhone signIn, ICaptchaService captchas, IOptions<SmsOptions> sms, IStringLocalizer<Text> text)
    : NumberPage(captchas, sms, text)
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public Task OnGetAsync()
    {
        Number = signIn.Pending?.Address;
        return ShowAsync();
    }

    public async Task<IActionResult> OnPostAsync() => await AnswerAsync(
        await signIn.AskAsync(Number, Country, CaptchaAnswer),
        Url.IsLocalUrl(ReturnUrl) ? "/signin/phone/confirm?ReturnUrl=" + Uri.EscapeDataString(ReturnUrl) : "/signin/phone/confirm");
}
