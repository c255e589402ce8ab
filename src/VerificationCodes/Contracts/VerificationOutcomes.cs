namespace VerificationCodes;

/// <summary>How a request for a code ended.</summary>
public enum IssueStatus
{
    /// <summary>Accepted: the message is on its way.</summary>
    Sent,

    /// <summary>The last message to this address is less than the cool-down ago. 429, <see cref="IssueOutcome.RetryAfter"/>.</summary>
    TooSoon,

    /// <summary>
    /// This address has had its messages for the hour or the day. 429, <see cref="IssueOutcome.RetryAfter"/>.
    /// </summary>
    AddressLimit,

    /// <summary>This client has had its messages for the hour. 429, <see cref="IssueOutcome.RetryAfter"/>.</summary>
    ClientLimit,

    /// <summary>
    /// A breaker is open: for all messages, all text messages, or those to one region or one prefix. 429,
    /// <see cref="IssueOutcome.RetryAfter"/>.
    /// </summary>
    Busy,

    /// <summary>A captcha is required and none was given. Show one; nothing was counted.</summary>
    CaptchaMissing,

    /// <summary>
    /// The captcha has expired (<see cref="Captcha.CaptchaOptions.Lifetime"/>), was already redeemed, or never existed. Show a
    /// new one.
    /// </summary>
    CaptchaExpired,

    /// <summary>The answer to the captcha is wrong; that captcha is used up. Show a new one.</summary>
    CaptchaWrong,

    /// <summary>The provider of text messages fails at the moment; nothing was counted or redeemed. 503, <see cref="IssueOutcome.RetryAfter"/>.</summary>
    ProviderDown,

    /// <summary>No messages go there: an SMS where SMS is off, to a region that is not on the allow-list, or to a number that is not mobile. 400.</summary>
    NotDeliverable,
}

/// <summary>The answer to <see cref="IVerificationService.IssueAsync"/>.</summary>
public sealed record IssueOutcome
{
    /// <summary>How it ended.</summary>
    public required IssueStatus Status { get; init; }

    /// <summary>
    /// When refused by a limit, or because the provider fails: the time until asking again can succeed, rounded up to
    /// whole seconds, at least one. Otherwise zero.
    /// </summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>When sent: the time until another message may be asked for. Otherwise zero.</summary>
    public TimeSpan ResendAfter { get; init; }

    /// <summary>When sent: what remains of the code's life by Redis' clock. Otherwise zero.</summary>
    public TimeSpan ExpiresIn { get; init; }

    /// <summary>
    /// When sent: four characters that the message shows too, so that a person with several messages finds the right
    /// one. Not secret. Otherwise empty.
    /// </summary>
    public string Reference { get; init; } = "";

    /// <summary>Whether the message is on its way.</summary>
    public bool IsSent => Status == IssueStatus.Sent;

    /// <summary>Whether a limit refused it: the case for 429 with Retry-After.</summary>
    public bool IsLimited => Status is IssueStatus.TooSoon or IssueStatus.AddressLimit or IssueStatus.ClientLimit or IssueStatus.Busy;
}

/// <summary>How a check of a code ended.</summary>
public enum ConfirmStatus
{
    /// <summary>Right. The code is used up; misses stay counted.</summary>
    Confirmed,

    /// <summary>Wrong; <see cref="ConfirmOutcome.TriesLeft"/> more tries with this code.</summary>
    Wrong,

    /// <summary>
    /// Wrong, and it was the last try (<see cref="VerificationOptions.TriesPerCode"/>): ask for a new code.
    /// </summary>
    Spent,

    /// <summary>There is no code for this purpose, address and challenge, or no longer.</summary>
    Expired,

    /// <summary>
    /// Too many misses for this address in 24 hours, or for all addresses in an hour; nothing was compared. 429,
    /// <see cref="ConfirmOutcome.RetryAfter"/>.
    /// </summary>
    Blocked,

    /// <summary>What was typed is not six digits; nothing was compared or counted.</summary>
    Malformed,
}

/// <summary>The answer to <see cref="IVerificationService.ConfirmAsync"/>.</summary>
public sealed record ConfirmOutcome
{
    /// <summary>How it ended.</summary>
    public required ConfirmStatus Status { get; init; }

    /// <summary>When wrong: how many tries this code has left, at least 1. Otherwise zero.</summary>
    public int TriesLeft { get; init; }

    /// <summary>When blocked: the time until the next try, rounded up to whole seconds. Otherwise zero.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>Whether the code was right.</summary>
    public bool IsConfirmed => Status == ConfirmStatus.Confirmed;
}
