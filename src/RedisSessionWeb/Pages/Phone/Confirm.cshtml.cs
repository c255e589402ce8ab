using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Accounts.Phones;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Forms.Numbers;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Pages.Phone;

/// <summary>Sign in by text message, step 2: the code.</summary>
internal sealed class ConfirmModel(SignInByPhone signIn, ICaptchaService captchas, IStringLocalizer<Text> text)
    : NumberCodePage(signIn, captchas, text)
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public override string StartPage => "/signin/phone";

    protected override string NextPage => ReturnTarget.Of(Url, ReturnUrl, "/account");
}
