using Mailboxes;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection;

using RedisAccounts.Diagnostics;
using RedisAccounts.Names;
using RedisAccounts.Passwords.Hashing;

namespace RedisAccounts.Lookup;

/// <summary>
/// Identity's manager, over any store, where an address finds the account with exactly that mailbox and no other. An
/// account that is kept under a form of the former rule (<see cref="FormerAddresses"/>) is found all the same and gets
/// its right form in one step of the store; where another account has that, both stay as they are and it is reported.
/// </summary>
internal sealed class MailboxAccounts(IServiceProvider services) : HashingAccounts(services)
{
    // Each further attempt means that another caller changed the account between reading and writing.
    private const int Attempts = 3;

    private readonly MailboxCollisions _collisions = services.GetRequiredService<MailboxCollisions>();
    private readonly AccountMetrics _metrics = services.GetRequiredService<AccountMetrics>();

    public override async Task<Account?> FindByEmailAsync(string email)
    {
        ArgumentNullException.ThrowIfNull(email);
        var address = NormalizeEmail(email);
        for (var attempt = 1; ; attempt++)
        {
            // The present form last: an account that is rewritten meanwhile moves there and is not missed. Looked up
            // even if the account has been found already: the time must not tell who has one.
            var (found, isStale) = (default(Account), false);
            foreach (var form in FormerAddresses.Of(address).Append(address))
            {
                var (account, wasChanged) = await LookAsync(form, address);
                found = account ?? found;
                isStale |= wasChanged;
            }

            if (!isStale || attempt == Attempts)
            {
                return found;
            }
        }
    }

    /// <summary>
    /// The account with this name, in any case; a name that only looks like it belongs to another account.
    /// </summary>
    public override async Task<Account?> FindByNameAsync(string userName)
    {
        ArgumentNullException.ThrowIfNull(userName);
        var (form, key) = (AddressNormalizer.Fold(userName), NormalizeName(userName));
        var found = await base.FindByNameAsync(userName);
        if (form != key && (found is null || AddressNormalizer.Fold(found.UserName!) != form))
        {
            found = await Store.FindByNameAsync(form, CancellationToken);
        }

        return found is not null && AddressNormalizer.Fold(found.UserName!) == form ? found : null;
    }

    /// <summary>
    /// A name that was kept before look-alikes counted stays under its own form, even if another account has the key by
    /// now.
    /// </summary>
    public override Task UpdateNormalizedUserNameAsync(Account user)
    {
        ArgumentNullException.ThrowIfNull(user);
        return user is { UserName: { } name, NormalizedUserName: { } kept } && kept == AddressNormalizer.Fold(name)
            ? Task.CompletedTask
            : base.UpdateNormalizedUserNameAsync(user);
    }

    /// <summary>An account of the former rule that has this address, or stands in its way, is put right first.</summary>
    public override async Task<IdentityResult> CreateAsync(Account user)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (user.Email is { } email)
        {
            await FindByEmailAsync(email);
        }

        return await FindAlikeAsync(user) is null ? await base.CreateAsync(user) : IdentityResult.Failed(ErrorDescriber.DuplicateUserName(user.UserName!));
    }

    protected override async Task<IdentityResult> UpdateUserAsync(Account user)
    {
        // Its own former form is put right by the update itself.
        if (user is { Email: { } email, NormalizedEmail: { } before }
            && NormalizeEmail(email) is var after && before != after && !FormerAddresses.Of(after).Contains(before))
        {
            await FindByEmailAsync(email);
        }

        return await FindAlikeAsync(user) is null ? await base.UpdateUserAsync(user) : IdentityResult.Failed(ErrorDescriber.DuplicateUserName(user.UserName!));
    }

    /// <summary>
    /// Another account whose name looks like a new one and was kept before that counted. Those that are kept under the key itself
    /// the store refuses, in one step; none is kept under another form any more, so that looking first is enough.
    /// </summary>
    private async Task<Account?> FindAlikeAsync(Account user)
    {
        if (user.UserName is not { } name || NormalizeName(name) is not { } key
            || user.NormalizedUserName is { } kept && (kept == key || kept == AddressNormalizer.Fold(name)))
        {
            return null;
        }

        // The name itself is one of them unless it is written in several scripts.
        foreach (var form in Lookalikes.NamesOf(key).Append(AddressNormalizer.Fold(name)).Distinct().Where(form => form != key))
        {
            if (await Store.FindByNameAsync(form, CancellationToken) is { } other && other.Id != user.Id)
            {
                return other;
            }
        }

        return null;
    }

    /// <summary>Finds what is kept under a form, and puts that form right where it is a former one.</summary>
    /// <returns>The account, if it has the address; and whether another caller changed it meanwhile.</returns>
    private async Task<(Account? Account, bool IsStale)> LookAsync(string form, string address)
    {
        if (await base.FindByEmailAsync(form) is not { Email: { } email } account)
        {
            return (null, false);
        }

        var own = NormalizeEmail(email);
        if (own != form)
        {
            await UpdateNormalizedEmailAsync(account);
            var result = await Store.UpdateAsync(account, CancellationToken);
            if (!result.Succeeded)
            {
                var isTaken = result.Errors.Any(error => error.Code == nameof(IdentityErrorDescriber.DuplicateEmail));
                if (isTaken)
                {
                    _collisions.Report(account.Id, Mailbox.TryParse(email, out var mailbox) ? mailbox.Masked : "***");
                }

                return (null, !isTaken);
            }

            _metrics.Rewritten();
        }

        return (own == address ? account : null, false);
    }
}
