using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;

using RedisAccounts.Passwords.Hashing;

using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Localization;

using VerificationCodes;

namespace RedisSessionWeb.Forms;

/// <summary>A page with a form: turns the outcomes of flows into words beside the inputs they are about, and a status.</summary>
internal abstract class FormPage(IStringLocalizer<Text> text) : PageModel
{
    /// <summary>The key of what concerns the form as a whole.</summary>
    protected const string Whole = "";

    protected IStringLocalizer<Text> T => text;

    /// <summary>What messages and addresses are called on this page.</summary>
    protected virtual ContactWords WordsForContact => ContactWords.OfMail(text);

    /// <summary>A form that needed more hashing than there is room for is shown again with what was typed: nothing has happened.</summary>
    public override async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        OnPageHandlerExecuting(context);
        if (context.Result is not null)
        {
            return;
        }

        var executed = await next();
        if (executed.Exception is PasswordsBusyException busy)
        {
            executed.ExceptionHandled = true;
            executed.Result = await ShowAgainAsync(RefuseUntil(
                Whole, T["Too many people are signing in at this moment."], busy.RetryAfter, StatusCodes.Status503ServiceUnavailable));
        }
    }

    /// <summary>Completes a form that is shown again.</summary>
    protected virtual Task<PageResult> ShowAgainAsync(PageResult page) => Task.FromResult(page);

    /// <summary>Shows the form again with a message.</summary>
    /// <param name="field">The property it is about, or <see cref="Whole"/>.</param>
    /// <param name="message">The message, in the page's language.</param>
    /// <param name="status">The status of the answer.</param>
    protected PageResult Refuse(string field, string message, int status = StatusCodes.Status400BadRequest)
    {
        ModelState.AddModelError(field, message);
        Response.StatusCode = status;
        return Page();
    }

    /// <summary>Shows the form again with the time to wait: the same in the header and on the page.</summary>
    protected PageResult RefuseUntil(
        string field, LocalizedString reason, TimeSpan wait, int status = StatusCodes.Status429TooManyRequests)
    {
        // Of several waits, the header has the longest.
        var seconds = int.TryParse(Response.Headers.RetryAfter, out var told) ? Math.Max(told, (int)wait.TotalSeconds) : (int)wait.TotalSeconds;
        Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Refuse(field, reason + " " + T["Try again in {0}.", Exactly(wait)], status);
    }

    /// <summary>Why no code was sent.</summary>
    protected PageResult Explain(IssueOutcome outcome, string addressField) => outcome.Status switch
    {
        IssueStatus.NotDeliverable => Refuse(addressField, WordsForContact.NotDeliverable),
        IssueStatus.TooSoon => RefuseUntil(addressField, WordsForContact.TooSoon, outcome.RetryAfter),
        IssueStatus.AddressLimit => RefuseUntil(addressField, WordsForContact.AddressLimit, outcome.RetryAfter),
        IssueStatus.ClientLimit => RefuseUntil(Whole, WordsForContact.ClientLimit, outcome.RetryAfter),
        IssueStatus.Busy => RefuseUntil(Whole, WordsForContact.Busy, outcome.RetryAfter),
        IssueStatus.ProviderDown => RefuseUntil(
            Whole, T["Text messages cannot be sent at the moment."], outcome.RetryAfter, StatusCodes.Status503ServiceUnavailable),
        IssueStatus.CaptchaMissing => Refuse(CaptchaInput.TextField, T["Type the characters of the picture."]),
        IssueStatus.CaptchaExpired => Refuse(CaptchaInput.TextField, T["The picture was too old. Here is a new one."]),
        IssueStatus.CaptchaWrong => Refuse(CaptchaInput.TextField, T["That was not what the picture shows. Here is a new one."]),
        _ => throw new InvalidOperationException($"'{outcome.Status}' needs no explanation."),
    };

    /// <summary>Why a code was not taken.</summary>
    protected PageResult Explain(ConfirmOutcome outcome, string codeField) => outcome.Status switch
    {
        ConfirmStatus.Malformed => Refuse(codeField, T["Enter the 6 digits of the code."]),
        ConfirmStatus.Wrong when outcome.TriesLeft == 1 => Refuse(codeField, T["That is not the code. 1 try left."]),
        ConfirmStatus.Wrong => Refuse(codeField, T["That is not the code. {0} tries left.", outcome.TriesLeft]),
        ConfirmStatus.Spent => Refuse(codeField, T["That was not the code, and it is used up now. Ask for a new one."]),
        ConfirmStatus.Expired => Refuse(codeField, T["This code is no longer valid. Ask for a new one."]),
        ConfirmStatus.Blocked => RefuseUntil(codeField, WordsForContact.Blocked, outcome.RetryAfter),
        _ => throw new InvalidOperationException($"'{outcome.Status}' needs no explanation."),
    };

    /// <summary>Why a password did not open the door; the same words for an account that does not exist.</summary>
    protected PageResult Explain(SignInOutcome outcome, string passwordField, LocalizedString wrong) => outcome.Status switch
    {
        SignInStatus.Wrong => Refuse(passwordField, wrong),
        SignInStatus.Limited => RefuseUntil(passwordField, T["Too many tries."], outcome.RetryAfter),
        _ => throw new InvalidOperationException($"'{outcome.Status}' needs no explanation."),
    };

    private string Exactly(TimeSpan wait) => wait.TotalSeconds <= 120
        ? T["{0} seconds", (int)wait.TotalSeconds]
        : T["{0} min {1} s", (int)wait.TotalMinutes, wait.Seconds];
}
