using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Localization;

using VerificationCodes;
using VerificationCodes.Captcha;

namespace RedisSessionWeb.Forms;

/// <summary>A page that asks for a code to be sent, with a captcha where one is required.</summary>
internal abstract class AskPage(ICaptchaService captchas, IStringLocalizer<Text> text) : FormPage(text)
{
    [BindProperty]
    public string? Email { get; set; }

    [BindProperty]
    public CaptchaInput Captcha { get; set; } = new();

    /// <summary>The captcha to show; <see langword="null"/>: none is required, or this network had too many.</summary>
    public CaptchaChallenge? Shown { get; private set; }

    /// <summary>What came back of the captcha: good for the page that showed it, and no other.</summary>
    protected CaptchaAnswer? CaptchaAnswer => Captcha.AnswerOf(Route);

    private string Route => PageContext.ActionDescriptor.ViewEnginePath;

    /// <summary>The input for the address.</summary>
    protected virtual string AddressField => nameof(Email);

    /// <summary>Shows the form with a new captcha; the old one is used up, right or wrong.</summary>
    protected async Task<PageResult> ShowAsync(PageResult? page = null)
    {
        if (captchas.IsRequired)
        {
            var outcome = await captchas.CreateAsync(HttpContext.Connection.RemoteIpAddress, Route, HttpContext.RequestAborted);
            Shown = outcome.Challenge;
            if (Shown is null)
            {
                page = RefuseUntil(Whole, T["Too many captchas were requested from your network."], outcome.RetryAfter);
            }
        }

        // The typed text belongs to the previous picture.
        Captcha = new CaptchaInput();
        if (ModelState.TryGetValue(CaptchaInput.TextField, out var typed))
        {
            typed.AttemptedValue = null;
        }

        return page ?? Page();
    }

    protected override Task<PageResult> ShowAgainAsync(PageResult page) => ShowAsync(page);

    /// <summary>Goes on to the page for the code, or says why no code was sent.</summary>
    protected async Task<IActionResult> AnswerAsync(IssueOutcome outcome, string codePage) =>
        outcome.IsSent ? Redirect(codePage) : await ShowAsync(Explain(outcome, AddressField));
}
