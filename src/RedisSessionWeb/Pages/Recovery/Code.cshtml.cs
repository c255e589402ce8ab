using Microsoft.Extensions.Localization;

using RedisSessionWeb.Accounts;
using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Pages.Recovery;

/// <summary>Reset a password, step 2: the code.</summary>
internal sealed class CodeModel(ResetPassword reset, ICaptchaService captchas, IStringLocalizer<Text> text)
    : CodePage(reset, captchas, text)
{
    public override string StartPage => "/reset";

    protected override string NextPage => "/reset/password";
}
