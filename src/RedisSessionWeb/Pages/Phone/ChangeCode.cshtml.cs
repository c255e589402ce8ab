using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Accounts.Phones;
using RedisSessionWeb.Forms.Numbers;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Pages.Phone;

/// <summary>The phone number of an account, step 2: the code that went to it.</summary>
[Authorize]
internal sealed class ChangeCodeModel(ChangePhone change, ICaptchaService captchas, IStringLocalizer<Text> text)
    : NumberCodePage(change, captchas, text)
{
    public override string StartPage => "/account/phone";

    protected override string NextPage => change.IsTaken ? "/account/phone?problem=taken" : "/account?done=phone";
}
