using Microsoft.AspNetCore.Identity;

using RedisAccounts;
using RedisAccounts.Passwords;
using RedisAccounts.Passwords.Hashing;
using RedisAccounts.SignIn;

using RedisSessionWeb.Accounts.Outcomes;
using RedisSessionWeb.Proofs;
using RedisSessionWeb.Visitors;

using VerificationCodes.Addresses;

namespace RedisSessionWeb.Accounts;

/// <summary>
/// Signing in with a password. Known and unknown addresses meet the same limits and cost the same time; a right
/// password gives the session a new id.
/// </summary>
internal sealed class SignIn(
    UserManager<Account> accounts, PasswordCheck passwords, PasswordHashing hashing, SignInThrottle throttle, Visitor visitor)
{
    /// <summary>Longer than any address or name: a longer text has no account, and is cut.</summary>
    private const int MaxSubjectLength = 320;

    /// <summary>The account that is signed in here.</summary>
    public Task<Account?> FindAccountAsync() => accounts.GetUserAsync(visitor.User);

    /// <param name="email">The address as typed.</param>
    /// <param name="password">The password as typed.</param>
    /// <param name="isBrowser">Whether the client keeps cookies: only then is it to be known to the account from now on.</param>
    public async Task<SignInOutcome> WithPasswordAsync(string? email, string? password, bool isBrowser = true)
    {
        var account = EmailAddress.TryParse(email, out var address) ? await accounts.FindOwnerAsync(address) : null;
        return await TryAsync(account, address?.Value ?? email, password, signsIn: true, isBrowser);
    }

    /// <summary>Asks for the password once more before something that matters; counts as a try like any other.</summary>
    public Task<SignInOutcome> ConfirmPasswordAsync(Account account, string? password) =>
        TryAsync(account, account.Email, password, signsIn: false, isRemembered: false);

    private async Task<SignInOutcome> TryAsync(Account? account, string? typed, string? password, bool signsIn, bool isRemembered)
    {
        var subject = account?.Id ?? (string.IsNullOrEmpty(typed) ? "-" : typed[..Math.Min(typed.Length, MaxSubjectLength)]);
        var attempt = new SignInAttempt(subject, visitor.Address, visitor.DeviceTokenFor(account?.Id));
        var permit = await throttle.BeginAsync(attempt);
        if (!permit.IsAllowed)
        {
            return new SignInOutcome(SignInStatus.Limited, TimeSpan.FromSeconds(permit.RetryAfterSeconds));
        }

        if (permit.IsKnownDevice)
        {
            hashing.Prefer(subject);
        }

        // A locked account gets the same answer as a wrong password.
        if (!await IsRightAsync(account, password, attempt, permit) || await accounts.IsLockedOutAsync(account!))
        {
            return new SignInOutcome(SignInStatus.Wrong);
        }

        string? token = null;
        if (isRemembered)
        {
            token = await throttle.SucceededAsync(attempt, permit);
        }
        else
        {
            await throttle.GiveBackAsync(attempt, permit);
        }

        if (signsIn)
        {
            await visitor.SignInAsync(account!, token);
        }

        // From here on the password is known to be right.
        hashing.Prefer(subject);
        return new SignInOutcome(SignInStatus.Right, Account: account);
    }

    private async Task<bool> IsRightAsync(Account? account, string? password, SignInAttempt attempt, SignInPermit permit)
    {
        try
        {
            return await passwords.IsRightAsync(account, password ?? "");
        }
        catch (PasswordsBusyException)
        {
            await throttle.CancelAsync(attempt, permit);
            throw;
        }
    }
}
