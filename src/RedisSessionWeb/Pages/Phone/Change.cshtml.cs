using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Microsoft.Extensions.Options;

using RedisSessionWeb.Accounts.Phones;
using RedisSessionWeb.Forms.Numbers;
using RedisSessionWeb.Localization;

using VerificationCodes.Captcha;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Pages.Phone;

/// <summary>The phone number of an account, step 1: the number and the password.</summary>
[Authorize]
internal sealed class ChangeModel(ChangePhone change, ICaptchaService captchas, IOptions<SmsOptions> sms, IStringLocalizer<Text> text)
    : NumberPage(captchas, sms, text)
{
    [BindProperty]
    public string? Password { get; set; }

    /// <summary>Why the number was not taken after its code was right.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Problem { get; set; }

    /// <summary>The number that the account has; <see langword="null"/>: none.</summary>
    public string? Present { get; private set; }

    public async Task OnGetAsync()
    {
        Present = await change.FindAsync();
        await ShowAsync();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        Present = await change.FindAsync();
        Problem = null;
        var (password, issue) = await change.AskAsync(Number, Country, Password, CaptchaAnswer);
        return issue is null
            ? await ShowAsync(Explain(password, nameof(Password), T["This is not your present password."]))
            : await AnswerAsync(issue, "/account/phone/code");
    }
}
