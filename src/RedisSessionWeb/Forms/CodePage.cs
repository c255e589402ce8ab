using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;

using RedisSessionWeb.Localization;
using RedisSessionWeb.Proofs;

using VerificationCodes.Captcha;

namespace RedisSessionWeb.Forms;

/// <summary>The page with the one input for a code, the same in every flow.</summary>
[ByRedisTime]
internal abstract class CodePage(ICodeFlow flow, ICaptchaService captchas, IStringLocalizer<Text> text) : FormPage(text)
{
    [BindProperty]
    public string? Code { get; set; }

    /// <summary>Where the flow stands.</summary>
    public ProofState Pending { get; private set; } = null!;

    /// <summary>Where the flow begins; asking again goes through there when a captcha is required.</summary>
    public abstract string StartPage { get; }

    /// <summary>Where a right code leads.</summary>
    protected abstract string NextPage { get; }

    public bool ResendNeedsCaptcha => captchas.IsRequired;

    public bool WasSentAgain { get; private set; }

    /// <summary>Without a flow in this browser there is nothing to type: back to its beginning.</summary>
    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (flow.Pending is { } pending)
        {
            Pending = pending;
        }
        else
        {
            context.Result = Redirect(StartPage);
        }
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var outcome = await flow.AnswerAsync(Code);
        if (flow.IsOutdated)
        {
            return Refuse(Whole, T["Your account has changed since the code was asked for. Start again."], StatusCodes.Status409Conflict);
        }

        return outcome.IsConfirmed ? Redirect(NextPage) : Explain(outcome, nameof(Code));
    }

    public async Task<IActionResult> OnPostAgainAsync()
    {
        var outcome = await flow.AskAgainAsync(captcha: null);
        if (!outcome.IsSent)
        {
            return Explain(outcome, nameof(Code));
        }

        Pending = flow.Pending!;
        WasSentAgain = true;
        return Page();
    }
}
