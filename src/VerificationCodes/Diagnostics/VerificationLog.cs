using Microsoft.Extensions.Logging;

namespace VerificationCodes.Diagnostics;

/// <summary>Everything this library writes to the log. Addresses come masked; codes and captcha answers never come.</summary>
internal static partial class VerificationLog
{
    [LoggerMessage(1, LogLevel.Information, "Code for {Purpose} to {Address}: {Status}, retry after {RetryAfter} s")]
    public static partial void Issued(this ILogger log, CodePurpose purpose, string address, IssueStatus status, double retryAfter);

    [LoggerMessage(2, LogLevel.Information, "Check for {Purpose} of {Address}: {Status}")]
    public static partial void Checked(this ILogger log, CodePurpose purpose, string address, ConfirmStatus status);

    [LoggerMessage(3, LogLevel.Information, "Message to {Address} delivered at attempt {Attempt}")]
    public static partial void Delivered(this ILogger log, string address, int attempt);

    [LoggerMessage(4, LogLevel.Warning, "Message to {Address} failed at attempt {Attempt}, next in {Wait} s: {Reason}")]
    public static partial void TriedInVain(this ILogger log, string address, int attempt, double wait, string reason);

    [LoggerMessage(5, LogLevel.Error, "Message to {Address} given up: {Reason}")]
    public static partial void GivenUp(this ILogger log, string address, string reason);

    [LoggerMessage(6, LogLevel.Warning, "The outbox is unreachable ({Error}); trying again each second")]
    public static partial void OutboxUnreachable(this ILogger log, string error);

    [LoggerMessage(7, LogLevel.Information, "The outbox is reachable again")]
    public static partial void OutboxBack(this ILogger log);

    [LoggerMessage(8, LogLevel.Warning, "The outcome of a message could not be recorded ({Error}); a second copy may go out")]
    public static partial void NotSettled(this ILogger log, string error);

    [LoggerMessage(10, LogLevel.Information, "Stopped while messages were being sent; another worker takes them over")]
    public static partial void OutboxLeft(this ILogger log);

    [LoggerMessage(11, LogLevel.Warning, "Notice {Kind} to {Address} dropped: the address has had its notices for the day")]
    public static partial void NoticeDropped(this ILogger log, Delivery.NoticeKind kind, string address);

    [LoggerMessage(17, LogLevel.Information, "Text message to {Address} not sent: it would only have said that there is no code for this number")]
    public static partial void KeptBack(this ILogger log, string address);

    [LoggerMessage(12, LogLevel.Warning, "Captcha is switched off: anyone can have messages sent, up to the limits")]
    public static partial void NoCaptcha(this ILogger log);

    [LoggerMessage(16, LogLevel.Information, "No captcha for network {Network}: it has had its captchas for the minute")]
    public static partial void CaptchaRefused(this ILogger log, string network);

    [LoggerMessage(13, LogLevel.Warning, "Codes are made with the development key, which is public; set Verification:Keys:0")]
    public static partial void DevelopmentKey(this ILogger log);
}
