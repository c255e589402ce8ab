using Microsoft.Extensions.Localization;

using RedisSessionWeb.Localization;
using RedisSessionWeb.Proofs;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Forms.Numbers;

/// <summary>The page for a code that went to a phone number.</summary>
internal abstract class NumberCodePage(ICodeFlow flow, ICaptchaService captchas, IStringLocalizer<Text> text) : CodePage(flow, captchas, text)
{
    // The number was accepted when the code was requested: the remaining messages need no list of countries.
    protected override ContactWords WordsForContact => ContactWords.OfTextMessages(T, countries: "");
}
