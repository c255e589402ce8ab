using VerificationCodes;
using VerificationCodes.Captcha;

namespace RedisSessionWeb.Proofs;

/// <summary>A flow that waits for a code: what the page with the one input needs of it.</summary>
internal interface ICodeFlow
{
    /// <summary>Where the flow stands; <see langword="null"/>: it has not begun in this browser.</summary>
    ProofState? Pending { get; }

    /// <summary>Whether the last answer was refused because the account has changed since the code was asked for.</summary>
    bool IsOutdated => false;

    /// <summary>Sends the code again, or a new one where the old one is nearly over.</summary>
    Task<IssueOutcome> AskAgainAsync(CaptchaAnswer? captcha);

    /// <summary>Checks what was typed.</summary>
    Task<ConfirmOutcome> AnswerAsync(string? code);
}
