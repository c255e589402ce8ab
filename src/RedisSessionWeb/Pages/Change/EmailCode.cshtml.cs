using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Pages.Change;

/// <summary>Another address, step 2: the code that went to it.</summary>
[Authorize]
internal sealed class EmailCodeModel(ChangeEmail change, ICaptchaService captchas, IStringLocalizer<Text> text)
    : CodePage(change, captchas, text)
{
    public override string StartPage => "/account/email";

    protected override string NextPage => "/account?done=email";
}
