using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Pages.Entry;

/// <summary>Sign in by code, step 2: the code.</summary>
internal sealed class ConfirmModel(SignInByCode signIn, ICaptchaService captchas, IStringLocalizer<Text> text)
    : CodePage(signIn, captchas, text)
{
    [BindProperty(SupportsGet = true)]
    public string? ReturnUrl { get; set; }

    public override string StartPage => "/signin/code";

    protected override string NextPage => ReturnTarget.Of(Url, ReturnUrl, "/account");
}
