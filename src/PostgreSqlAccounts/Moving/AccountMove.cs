using System.Collections.Concurrent;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using PostgreSqlAccounts.Stores;

using RedisAccounts;
using RedisAccounts.Stores;

namespace PostgreSqlAccounts.Moving;

/// <summary>
/// Moves accounts from Redis to PostgreSQL. It can be cut short anywhere and run again: an account is always in one of
/// the two, whole.
/// </summary>
/// <remarks>
/// <code>
/// step for each account                                   cut short after it, the next run finds
/// 1 copy it, with a row in account_moves, in one step     the row, the account in both: goes on with 2
/// 2 take it out of Redis, if it is still as copied        the row alone: goes on with 3
/// 3 delete the row                                        nothing
/// </code>
/// <para>Ids, stamps and hashes stay as they are, so passwords go on working, and so do the sessions.</para>
/// <para>An account that is changed in Redis between 1 and 2 is copied again. Stop the application first all the same:
/// what is moved already, one that still reads Redis does not find.</para>
/// </remarks>
public sealed class AccountMove
{
    private const int AtOnce = 8;
    private const int Attempts = 5;

    private readonly RedisAccountSource _source;
    private readonly IServiceScopeFactory _scopes;

    internal AccountMove(RedisAccountSource source, IServiceScopeFactory scopes)
    {
        _source = source;
        _scopes = scopes;
    }

    private enum Step
    {
        Moved,
        Finished,
        Gone,
        Again,
    }

    /// <summary>Moves all accounts that are in Redis.</summary>
    /// <param name="progress">
    /// Gets the number of accounts moved so far, now and then. <see langword="null"/>: no reports.
    /// </param>
    /// <param name="cancellationToken">Stops between two steps, which does no harm.</param>
    /// <returns>What was done, and what could not be.</returns>
    /// <exception cref="AccountsUnavailableException">PostgreSQL does not answer, or has no tables yet.</exception>
    /// <exception cref="RespClient.RedisException">Redis did not answer as it should.</exception>
    public async Task<AccountMoveReport> RunAsync(IProgress<int>? progress = null, CancellationToken cancellationToken = default)
    {
        var (moved, finished) = (0, 0);
        var conflicts = new ConcurrentDictionary<string, AccountMoveObstacle>();
        await Parallel.ForEachAsync(
            _source.ListIdsAsync(cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (id, stop) =>
            {
                var (step, obstacle) = await MoveAsync(id, stop);
                if (obstacle is { } reason)
                {
                    conflicts[id] = reason;
                }
                else if (step == Step.Finished)
                {
                    Interlocked.Increment(ref finished);
                }
                else if (step == Step.Moved && Interlocked.Increment(ref moved) is var count && count % 1000 == 0)
                {
                    progress?.Report(count);
                }
            });
        await ForgetFinishedAsync(cancellationToken);
        return new AccountMoveReport(moved, finished, [.. conflicts.Select(one => new AccountMoveConflict(one.Key, one.Value))]);
    }

    private async Task<(Step Step, AccountMoveObstacle? Obstacle)> MoveAsync(string id, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            await using var scope = _scopes.CreateAsyncScope();
            var context = scope.ServiceProvider.GetRequiredService<AccountDbContext>();
            try
            {
                var (step, obstacle) = await MoveAsync(context, id, cancellationToken);
                if (step != Step.Again || obstacle is not null)
                {
                    return (step, obstacle);
                }
            }
            catch (Exception e) when (PostgreSqlFailure.Unavailable(e) is { } unavailable)
            {
                throw unavailable;
            }
            catch (Exception e) when (e is FormatException || IsTextThatCannotBeHeld(e))
            {
                return (Step.Again, AccountMoveObstacle.Unreadable);
            }
        }

        return (Step.Again, AccountMoveObstacle.KeepsChanging);
    }

    private async Task<(Step Step, AccountMoveObstacle? Obstacle)> MoveAsync(
        AccountDbContext context, string id, CancellationToken cancellationToken)
    {
        if (await _source.ReadAsync(id, cancellationToken) is not { } account)
        {
            return (Step.Gone, null);
        }

        var note = await context.Moves.SingleOrDefaultAsync(move => move.Id == id, cancellationToken);
        var held = await context.Users.AsNoTracking().SingleOrDefaultAsync(other => other.Id == id, cancellationToken);
        // Copied before, and not changed in Redis since: any change made here, even its deletion, stands.
        var isCopied = note is not null ? note.Stamp == account.ConcurrencyStamp : held?.ConcurrencyStamp == account.ConcurrencyStamp;
        if (!isCopied)
        {
            if (note is not null ? held?.ConcurrencyStamp != note.Stamp : held is not null)
            {
                return (Step.Again, AccountMoveObstacle.ChangedInBoth);
            }

            if (await CopyAsync(context, account, note, cancellationToken) is { } obstacle)
            {
                return (Step.Again, await IsHeldByAnotherAsync(context, account, obstacle, cancellationToken) ? obstacle : null);
            }
        }

        if (!await _source.RemoveAsync(account, cancellationToken))
        {
            return (Step.Again, null);
        }

        await context.Moves.Where(move => move.Id == id).ExecuteDeleteAsync(cancellationToken);
        return (isCopied ? Step.Finished : Step.Moved, null);
    }

    private static async Task<AccountMoveObstacle?> CopyAsync(
        AccountDbContext context, Account account, MovedAccount? note, CancellationToken cancellationToken)
    {
        if (note is null)
        {
            context.Add(new MovedAccount { Id = account.Id, Stamp = account.ConcurrencyStamp! });
            context.Add(account);
        }
        else
        {
            var entry = context.Entry(account);
            entry.State = EntityState.Modified;
            entry.Property(one => one.ConcurrencyStamp).OriginalValue = note.Stamp;
            note.Stamp = account.ConcurrencyStamp!;
        }

        try
        {
            await context.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateConcurrencyException)
        {
            return AccountMoveObstacle.ChangedInBoth;
        }
        catch (DbUpdateException e) when (PostgreSqlFailure.BrokenConstraint(e) is { } constraint)
        {
            return constraint switch
            {
                AccountModel.UniqueEmail => AccountMoveObstacle.EmailTaken,
                AccountModel.UniquePhone => AccountMoveObstacle.PhoneTaken,
                _ => AccountMoveObstacle.NameTaken,
            };
        }
        finally
        {
            context.ChangeTracker.Clear();
        }
    }

    // Two moves at once stand in each other's way for a moment: the account that has the name is this one.
    private static async Task<bool> IsHeldByAnotherAsync(
        AccountDbContext context, Account account, AccountMoveObstacle obstacle, CancellationToken cancellationToken)
    {
        var others = context.Users.AsNoTracking().Where(other => other.Id != account.Id);
        return obstacle switch
        {
            AccountMoveObstacle.NameTaken => await others.AnyAsync(other => other.NormalizedUserName == account.NormalizedUserName, cancellationToken),
            AccountMoveObstacle.EmailTaken => await others.AnyAsync(other => other.NormalizedEmail == account.NormalizedEmail, cancellationToken),
            AccountMoveObstacle.PhoneTaken => await others.AnyAsync(
                other => other.PhoneNumberConfirmed && other.PhoneNumber == account.PhoneNumber, cancellationToken),
            _ => false,
        };
    }

    // Rows whose account has left Redis: the move before was cut short between its last two steps.
    private async Task ForgetFinishedAsync(CancellationToken cancellationToken)
    {
        await using var scope = _scopes.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<AccountDbContext>();
        try
        {
            foreach (var id in await context.Moves.Select(move => move.Id).ToListAsync(cancellationToken))
            {
                if (await _source.ReadAsync(id, cancellationToken) is null)
                {
                    await context.Moves.Where(move => move.Id == id).ExecuteDeleteAsync(cancellationToken);
                }
            }
        }
        catch (Exception e) when (PostgreSqlFailure.Unavailable(e) is { } unavailable)
        {
            throw unavailable;
        }
    }

    // Class 22: U+0000 in a text; half of a surrogate pair does not get as far as the server.
    private static bool IsTextThatCannotBeHeld(Exception exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter }
            or System.Text.EncoderFallbackException;
}
