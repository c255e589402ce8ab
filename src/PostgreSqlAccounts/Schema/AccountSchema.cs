using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using PostgreSqlAccounts.Diagnostics;
using PostgreSqlAccounts.Stores;

namespace PostgreSqlAccounts.Schema;

/// <summary>The tables of accounts: whether they are there, and how they get there.</summary>
/// <remarks>No application changes them while it serves: the operator runs a command, once for each version.</remarks>
public sealed class AccountSchema
{
    private readonly IServiceScopeFactory _scopes;
    private readonly ILogger _logger;

    internal AccountSchema(IServiceScopeFactory scopes, ILogger<AccountSchema> logger)
    {
        _scopes = scopes;
        _logger = logger;
    }

    /// <summary>Names the migrations that this version needs and the database has not seen.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Their names, the oldest first; none: the tables are as this version needs them, or newer.</returns>
    /// <exception cref="AccountsUnavailableException">PostgreSQL does not answer, or has no such database.</exception>
    public async Task<IReadOnlyList<string>> FindMissingAsync(CancellationToken cancellationToken = default)
    {
        await using var scope = _scopes.CreateAsyncScope();
        try
        {
            var database = scope.ServiceProvider.GetRequiredService<AccountDbContext>().Database;
            return [.. await database.GetPendingMigrationsAsync(cancellationToken)];
        }
        catch (Exception e) when (PostgreSqlFailure.Unavailable(e) is { } unavailable)
        {
            throw unavailable;
        }
    }

    /// <summary>
    /// Brings the tables to this version, and creates the database first if it is missing and the user may. Two at
    /// once wait for each other.
    /// </summary>
    /// <param name="cancellationToken">Stops between two migrations; each is whole or not there.</param>
    /// <returns>The names of the migrations that were applied, the oldest first; none: there was nothing to do.</returns>
    /// <exception cref="AccountsUnavailableException">PostgreSQL does not answer, or refuses.</exception>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken cancellationToken = default)
    {
        await using var scope = _scopes.CreateAsyncScope();
        try
        {
            var database = scope.ServiceProvider.GetRequiredService<AccountDbContext>().Database;
            var before = await database.CanConnectAsync(cancellationToken)
                ? await database.GetAppliedMigrationsAsync(cancellationToken)
                : [];
            await database.MigrateAsync(cancellationToken);
            string[] applied = [.. (await database.GetAppliedMigrationsAsync(cancellationToken)).Except(before)];
            foreach (var migration in applied)
            {
                _logger.Migrated(migration);
            }

            return applied;
        }
        catch (Exception e) when (PostgreSqlFailure.Unavailable(e) is { } unavailable)
        {
            throw unavailable;
        }
    }
}
