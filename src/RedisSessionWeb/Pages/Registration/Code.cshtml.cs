using Microsoft.Extensions.Localization;

using RedisSessionWeb.Forms;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Pages.Registration;

/// <summary>Register, step 2: the code.</summary>
internal sealed class CodeModel(Accounts.Register register, ICaptchaService captchas, IStringLocalizer<Text> text)
    : CodePage(register, captchas, text)
{
    public override string StartPage => "/register";

    protected override string NextPage => "/register/finish";
}
