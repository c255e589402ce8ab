using Microsoft.EntityFrameworkCore;

using Npgsql;

namespace PostgreSqlAccounts.Stores;

/// <summary>Tells apart why PostgreSQL did not do what it was asked.</summary>
internal static class PostgreSqlFailure
{
    private const string TablesMissing = "The tables of accounts are missing or of another version in PostgreSQL: migrate them first.";

    /// <summary>The constraint that a write would have broken; <see langword="null"/>: it failed for another reason.</summary>
    public static string? BrokenConstraint(DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } refused ? refused.ConstraintName ?? "" : null;

    /// <summary>What to tell the caller when it is the server, not the request; <see langword="null"/>: it is the request.</summary>
    public static AccountsUnavailableException? Unavailable(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn }:
                    return new AccountsUnavailableException(TablesMissing, exception) { IsLasting = true };
                case PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } missing:
                    return new AccountsUnavailableException("PostgreSQL has no such database; migrate the accounts first, which creates it if the user may: " + missing.MessageText, exception) { IsLasting = true };
                case PostgresException refused when IsRefusal(refused):
                    return new AccountsUnavailableException("PostgreSQL refuses: " + refused.MessageText, exception) { IsLasting = IsLasting(refused) };
                case PostgresException:
                    return null;
                case TimeoutException:
                    return new AccountsUnavailableException("PostgreSQL did not answer in time.", exception);
                case NpgsqlException { InnerException: null or System.Net.Sockets.SocketException or IOException }:
                    return new AccountsUnavailableException("PostgreSQL cannot be reached.", exception);
            }
        }

        return null;
    }

    /// <summary>Whether the connection was lost, which says nothing about the server now.</summary>
    public static bool IsBrokenConnection(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown }
                or NpgsqlException { InnerException: IOException or System.Net.Sockets.SocketException })
            {
                return true;
            }
        }

        return false;
    }

    // Class 08: connection; 28: authorisation; 53: resources; 57: operator; 25006: a replica; 42501: rights.
    private static bool IsRefusal(PostgresException exception) =>
        exception.SqlState[..2] is "08" or "28" or "53" or "57"
        || exception.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.InsufficientPrivilege;

    private static bool IsLasting(PostgresException refused) =>
        refused.SqlState[..2] is "28" || refused.SqlState is PostgresErrorCodes.InsufficientPrivilege;
}
