using System.Collections.Concurrent;

using RedisAccounts;

using VerificationCodes.Addresses;

namespace RedisSessionWeb.Accounts.Phones;

/// <summary>
/// Finds the account of a number. One that a former version kept under another form of its number
/// (<see cref="PhoneNumber.FormerValues"/>) is found all the same and gets the right form in one step of the store; if
/// another account has that form, both stay as they are and it is reported.
/// </summary>
internal sealed class NumberOwner(IAccountPhoneStore accounts, NumberCollisions collisions)
{
    // Each further attempt means that another caller changed the account between reading and writing.
    private const int Attempts = 3;

    /// <summary>The account that has confirmed the number. Takes as long whether or not there is one.</summary>
    public async Task<Account?> FindAsync(PhoneNumber number)
    {
        for (var attempt = 1; ; attempt++)
        {
            var isStale = false;
            foreach (var form in number.FormerValues())
            {
                isStale |= await RewriteAsync(form, number);
            }
            // The present form last: an account that is rewritten meanwhile moves there, and is never missed.
            var owner = await accounts.FindByPhoneNumberAsync(number.Value, CancellationToken.None);
            if (!isStale || attempt == Attempts)
            {
                return owner;
            }
        }
    }

    /// <returns>Whether another caller changed the account meanwhile.</returns>
    private async Task<bool> RewriteAsync(string form, PhoneNumber number)
    {
        if (await accounts.FindByPhoneNumberAsync(form, CancellationToken.None) is not { } account)
        {
            return false;
        }

        account.PhoneNumber = number.Value;
        var result = await accounts.UpdateAsync(account, CancellationToken.None);
        if (result.Succeeded)
        {
            return false;
        }

        var isTaken = result.Errors.Any(error => error.Code == IAccountPhoneStore.DuplicatePhoneNumber);
        if (isTaken)
        {
            collisions.Report(account.Id, number);
        }

        return !isTaken;
    }
}

/// <summary>Two accounts with one telephone: logged once by each process.</summary>
internal sealed partial class NumberCollisions(ILogger<NumberCollisions> logger)
{
    // A bound for the memory, far above what there can be.
    private const int MostTold = 10_000;
    private const int VisibleCharacters = 8;

    private readonly ConcurrentDictionary<string, byte> _told = new();

    public void Report(string accountId, PhoneNumber number)
    {
        if (_told.Count < MostTold && _told.TryAdd(accountId, 0))
        {
            LogTaken(accountId.Length <= VisibleCharacters ? accountId : accountId[..VisibleCharacters] + "…", number.Masked);
        }
    }

    [LoggerMessage(
        1, LogLevel.Warning,
        "Account {Account} has the phone number {Number} in an old form, and another account has it: only that one is found by it. Remove it from one of them.")]
    private partial void LogTaken(string account, string number);
}
