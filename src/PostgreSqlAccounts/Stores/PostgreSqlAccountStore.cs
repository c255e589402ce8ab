using System.Globalization;

using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

using PostgreSqlAccounts.Diagnostics;

using RedisAccounts;

namespace PostgreSqlAccounts.Stores;

/// <summary>
/// Identity's own store over Entity Framework Core, where it behaves as the store over Redis does: what is read is a
/// copy of the caller's own, a taken name, address or number is distinguished from a stale copy, and a refused change
/// leaves no trace in the account it was asked with.
/// </summary>
/// <remarks>Claims, logins and tokens, which Redis does not keep, work as Identity's store has them.</remarks>
internal sealed class PostgreSqlAccountStore : UserOnlyStore<Account, AccountDbContext>, IAccountPhoneStore
{
    private readonly AccountMetrics _metrics;
    private readonly ILogger _logger;

    public PostgreSqlAccountStore(
        AccountDbContext context, IdentityErrorDescriber errors, AccountMetrics metrics, ILogger<PostgreSqlAccountStore> logger)
        : base(context, errors)
    {
        _metrics = metrics;
        _logger = logger;
    }

    /// <summary>Nothing read is remembered: a second look sees what others have changed.</summary>
    public override IQueryable<Account> Users => Context.Users.AsNoTracking();

    public override async Task<IdentityResult> CreateAsync(Account user, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(user.NormalizedUserName, nameof(user));
        var before = (user.ConcurrencyStamp, user.Created);
        user.ConcurrencyStamp = NewStamp();
        user.Created = default;
        var result = await SaveAsync(user, EntityState.Added, expectedStamp: null, cancellationToken);
        if (!result.Succeeded)
        {
            (user.ConcurrencyStamp, user.Created) = before;
            return result;
        }

        _metrics.Created();
        _logger.Created(AccountLog.Mask(user.Id));
        return result;
    }

    public override async Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(user.NormalizedUserName, nameof(user));
        var stamp = user.ConcurrencyStamp;
        user.ConcurrencyStamp = NewStamp();
        var result = await SaveAsync(user, EntityState.Modified, stamp, cancellationToken);
        if (!result.Succeeded)
        {
            user.ConcurrencyStamp = stamp;
        }

        return result;
    }

    public override async Task<IdentityResult> DeleteAsync(Account user, CancellationToken cancellationToken = default)
    {
        var result = await SaveAsync(user, EntityState.Deleted, user.ConcurrencyStamp, cancellationToken);
        if (result.Succeeded)
        {
            _metrics.Deleted();
            _logger.Deleted(AccountLog.Mask(user.Id));
        }

        return result;
    }

    public override Task<Account?> FindByIdAsync(string userId, CancellationToken cancellationToken = default) =>
        FindAsync(userId, (accounts, id) => accounts.Where(account => account.Id == id), cancellationToken);

    public override Task<Account?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken = default) =>
        FindAsync(normalizedUserName, (accounts, name) => accounts.Where(account => account.NormalizedUserName == name), cancellationToken);

    public override Task<Account?> FindByEmailAsync(string normalizedEmail, CancellationToken cancellationToken = default) =>
        FindAsync(normalizedEmail, (accounts, email) => accounts.Where(account => account.NormalizedEmail == email), cancellationToken);

    public Task<Account?> FindByPhoneNumberAsync(string phoneNumber, CancellationToken cancellationToken) =>
        FindAsync(
            phoneNumber,
            (accounts, number) => accounts.Where(account => account.PhoneNumberConfirmed && account.PhoneNumber == number && number != ""),
            cancellationToken);

    private Task<Account?> FindAsync(
        string text, Func<IQueryable<Account>, string, IQueryable<Account>> by, CancellationToken cancellationToken)
    {
        // No account has what PostgreSQL cannot hold; the query runs all the same, so that the time does not tell.
        var storable = IsStorable(text) ? text : "";
        return ReadAsync(() => by(Users, storable).FirstOrDefaultAsync(cancellationToken));
    }

    private static async Task<T> ReadAsync<T>(Func<Task<T>> query)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await query();
            }
            catch (Exception e) when (PostgreSqlFailure.Unavailable(e) is { } unavailable)
            {
                // A pooled connection that died while idle; reading twice changes nothing.
                if (attempt > 1 || !PostgreSqlFailure.IsBrokenConnection(e))
                {
                    throw unavailable;
                }
            }
        }
    }

    private async Task<IdentityResult> SaveAsync(Account user, EntityState state, string? expectedStamp, CancellationToken cancellationToken)
    {
        try
        {
            var entry = Context.Entry(user);
            entry.State = state;
            if (state != EntityState.Added)
            {
                entry.Property(account => account.ConcurrencyStamp).OriginalValue = expectedStamp;
            }

            await Context.SaveChangesAsync(cancellationToken);
            return IdentityResult.Success;
        }
        catch (DbUpdateConcurrencyException)
        {
            return Stale(user);
        }
        catch (DbUpdateException e) when (PostgreSqlFailure.BrokenConstraint(e) is { } constraint)
        {
            Context.ChangeTracker.Clear();
            return await TakenAsync(user, constraint, cancellationToken);
        }
        catch (Exception e) when (PostgreSqlFailure.Unavailable(e) is { } unavailable)
        {
            throw unavailable;
        }
        finally
        {
            Context.ChangeTracker.Clear();
        }
    }

    // PostgreSQL names only the first constraint; the caller gets all that is taken.
    private async Task<IdentityResult> TakenAsync(Account user, string constraint, CancellationToken cancellationToken)
    {
        var (id, name, email) = (user.Id, user.NormalizedUserName, user.NormalizedEmail);
        var phone = user.PhoneNumberConfirmed && user.PhoneNumber != "" ? user.PhoneNumber : null;
        var others = await ReadAsync(() => Users
            .Where(other => other.Id != id)
            .Where(other => other.NormalizedUserName == name || (email != null && other.NormalizedEmail == email)
                || (phone != null && other.PhoneNumberConfirmed && other.PhoneNumber == phone))
            .Select(other => new
            {
                Name = other.NormalizedUserName == name,
                Email = email != null && other.NormalizedEmail == email,
                Phone = phone != null && other.PhoneNumberConfirmed && other.PhoneNumber == phone,
            })
            .ToListAsync(cancellationToken));
        (bool Is, string Kind, Func<IdentityError> Error)[] taken =
        [
            (constraint == AccountModel.PrimaryKey, "id", ErrorDescriber.ConcurrencyFailure),
            (constraint == AccountModel.UniqueName || others.Any(other => other.Name), "name", () => ErrorDescriber.DuplicateUserName(user.UserName ?? "")),
            (constraint == AccountModel.UniqueEmail || others.Any(other => other.Email), "email", () => ErrorDescriber.DuplicateEmail(user.Email ?? "")),
            (constraint == AccountModel.UniquePhone || others.Any(other => other.Phone), "phone", DuplicatePhoneNumber),
        ];
        var found = taken.Where(one => one.Is).ToArray();
        foreach (var (_, kind, _) in found)
        {
            _metrics.Conflict(kind);
        }

        return IdentityResult.Failed([.. found.Select(one => one.Error())]);
    }

    private static IdentityError DuplicatePhoneNumber() => new()
    {
        Code = IAccountPhoneStore.DuplicatePhoneNumber,
        Description = "Another account has this phone number.",
    };

    private IdentityResult Stale(Account user)
    {
        _logger.Stale(AccountLog.Mask(user.Id));
        _metrics.Conflict("stamp");
        return IdentityResult.Failed(ErrorDescriber.ConcurrencyFailure());
    }

    // Neither U+0000 nor half of a surrogate pair is text to PostgreSQL.
    private static bool IsStorable(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !(i + 1 < text.Length && char.IsSurrogatePair(text[i], text[++i]))))
            {
                return false;
            }
        }

        return true;
    }

    private static string NewStamp() => Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
}
