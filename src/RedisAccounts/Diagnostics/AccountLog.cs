using Microsoft.Extensions.Logging;

namespace RedisAccounts.Diagnostics;

/// <summary>What is worth a line. Ids are cut to their first eight characters, addresses are masked; names never appear.</summary>
internal static partial class AccountLog
{
    private const int VisibleCharacters = 8;

    [LoggerMessage(1, LogLevel.Information, "Account {Account} was made.")]
    public static partial void Created(this ILogger logger, string account);

    [LoggerMessage(2, LogLevel.Information, "Account {Account} was deleted.")]
    public static partial void Deleted(this ILogger logger, string account);

    [LoggerMessage(3, LogLevel.Debug, "A change of account {Account} was refused: another caller had changed it in between.")]
    public static partial void Stale(this ILogger logger, string account);

    [LoggerMessage(
        4, LogLevel.Information,
        "A try of a password was refused for {Seconds} s: too many failures (known browser: {KnownDevice}, network {Network}).")]
    public static partial void SignInRefused(this ILogger logger, int seconds, bool knownDevice, string network);

    [LoggerMessage(
        5, LogLevel.Warning,
        "Account {Account} and another one have the mailbox {Mailbox}: only the other is found by it. Change or delete one of them.")]
    public static partial void MailboxTaken(this ILogger logger, string account, string mailbox);

    [LoggerMessage(
        6, LogLevel.Warning,
        "More passwords arrive than can be hashed (Accounts:Hashing): a request was refused with 503 (known browser: {IsKnown}), and {Untold} more since the last such line.")]
    public static partial void HashingRefused(this ILogger logger, bool isKnown, int untold);

    /// <summary>The part of an id that a log may show.</summary>
    public static string Mask(string id) => id.Length <= VisibleCharacters ? id : id[..VisibleCharacters] + "…";
}
