using Microsoft.Extensions.Logging;

namespace PostgreSqlAccounts.Diagnostics;

/// <summary>What is worth a line. Ids are cut to their first eight characters; names and addresses never appear.</summary>
internal static partial class AccountLog
{
    private const int VisibleCharacters = 8;

    [LoggerMessage(1, LogLevel.Information, "Account {Account} was made.")]
    public static partial void Created(this ILogger logger, string account);

    [LoggerMessage(2, LogLevel.Information, "Account {Account} was deleted.")]
    public static partial void Deleted(this ILogger logger, string account);

    [LoggerMessage(3, LogLevel.Debug, "A change of account {Account} was refused: another caller had changed it in between.")]
    public static partial void Stale(this ILogger logger, string account);

    [LoggerMessage(4, LogLevel.Information, "The tables of accounts were brought to version {Migration}.")]
    public static partial void Migrated(this ILogger logger, string migration);

    /// <summary>The part of an id that a log may show.</summary>
    public static string Mask(string id) => id.Length <= VisibleCharacters ? id : id[..VisibleCharacters] + "…";
}
