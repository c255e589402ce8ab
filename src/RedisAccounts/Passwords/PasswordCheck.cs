using System.Collections.Concurrent;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace RedisAccounts.Passwords;

/// <summary>
/// Checks a password in the same time whether or not there is an account, so that an answer's time tells nobody who
/// has one. A right password whose hash has fewer iterations than asked for is hashed anew.
/// </summary>
/// <param name="accounts">Checks it where there is an account.</param>
/// <param name="hasher">Hashes where there is none.</param>
/// <param name="options">The longest password.</param>
public sealed class PasswordCheck(
    UserManager<Account> accounts, IPasswordHasher<Account> hasher, IOptions<AccountOptions> options)
{
    private static readonly Account s_nobody = new();

    // Hashed once per count of iterations and before the first check, so that a check of nobody costs one hash, as a
    // check of somebody does.
    private static readonly ConcurrentDictionary<int, string> s_decoys = new();

    private readonly string _decoy = s_decoys.GetOrAdd(
        options.Value.HashIterations, _ => hasher.HashPassword(s_nobody, Guid.NewGuid().ToString()));

    /// <summary>Checks a password.</summary>
    /// <param name="account">The account, or <see langword="null"/> where no account has the name or address given.</param>
    /// <param name="password">What was typed.</param>
    /// <returns>Whether there is such an account with this password.</returns>
    /// <exception cref="RespClient.RedisException">A renewed hash could not be kept.</exception>
    public async Task<bool> IsRightAsync(Account? account, string password)
    {
        ArgumentNullException.ThrowIfNull(password);

        // A character of a password takes at most four UTF-16 units, decomposed; more cannot be one of ours.
        var isPossible = password.Length <= 4 * options.Value.MaxPasswordLength;
        if (account?.PasswordHash is not null && isPossible)
        {
            return await accounts.CheckPasswordAsync(account, password);
        }

        hasher.VerifyHashedPassword(s_nobody, _decoy, isPossible ? password : "");
        return false;
    }
}
