using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

using RedisAccounts.Passwords.Hashing;

namespace RedisAccounts.Passwords;

/// <summary>
/// Checks a password in the same time whether or not there is an account, so that the time of the answer does not tell
/// who has one. A right password whose hash has fewer iterations than asked for is hashed anew.
/// </summary>
public sealed class PasswordCheck
{
    private static readonly Account Nobody = new();

    private readonly UserManager<Account> _accounts;
    private readonly IPasswordHasher<Account> _hasher;
    private readonly PasswordHashing _hashing;
    private readonly Decoy _decoy;
    private readonly int _maxLength;

    internal PasswordCheck(
        UserManager<Account> accounts, IPasswordHasher<Account> hasher, PasswordHashing hashing, IOptions<AccountOptions> options,
        Decoy decoy)
    {
        _accounts = accounts;
        _hasher = hasher;
        _hashing = hashing;
        _decoy = decoy;
        _maxLength = options.Value.MaxPasswordLength;
    }

    /// <summary>Checks a password.</summary>
    /// <param name="account">The account, or <see langword="null"/> where no account has the name or address given.</param>
    /// <param name="password">What was typed.</param>
    /// <returns>Whether there is such an account with this password.</returns>
    /// <exception cref="PasswordsBusyException">There was no place to hash it: nothing was compared.</exception>
    /// <exception cref="RespClient.RedisException">A renewed hash could not be kept.</exception>
    public async Task<bool> IsRightAsync(Account? account, string password)
    {
        ArgumentNullException.ThrowIfNull(password);

        // The first check makes it, with or without an account, so that no check without one takes twice as long.
        var decoy = _decoy.Hash ?? await _hashing.RunAsync(() => _decoy.Make(_hasher));

        // A character of a password takes at most four UTF-16 units, decomposed; a longer one was never accepted.
        var isPossible = password.Length <= 4 * _maxLength;
        if (account?.PasswordHash is not null && isPossible)
        {
            return await _accounts.CheckPasswordAsync(account, password);
        }

        await _hashing.RunAsync(() => _hasher.VerifyHashedPassword(Nobody, decoy, isPossible ? password : ""));
        return false;
    }

    /// <summary>The hash of a random password, made once by the hasher in use.</summary>
    internal sealed class Decoy
    {
        private readonly Lock _lock = new();
        private volatile string? _hash;

        public string? Hash => _hash;

        public string Make(IPasswordHasher<Account> hasher)
        {
            lock (_lock)
            {
                return _hash ??= hasher.HashPassword(Nobody, Guid.NewGuid().ToString());
            }
        }
    }
}
