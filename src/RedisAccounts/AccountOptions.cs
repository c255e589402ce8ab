using RedisAccounts.Passwords.Hashing;
using RedisAccounts.SignIn;

namespace RedisAccounts;

/// <summary>
/// How accounts are kept and what is asked of their passwords. Checked at start; in configuration under
/// <c>Accounts</c>.
/// </summary>
public sealed class AccountOptions
{
    /// <summary>
    /// What every key in Redis starts with. Default <c>ACCOUNT:</c>; 1 to 64 characters, without braces or white space.
    /// </summary>
    public string KeyPrefix { get; set; } = "ACCOUNT:";

    /// <summary>
    /// The shortest password, in characters (Unicode code points). Default 8, 8 to 64: NIST SP 800-63B-4 asks for at
    /// least 8, and for 15 where a password is all there is.
    /// </summary>
    public int MinPasswordLength { get; set; } = 8;

    /// <summary>
    /// The longest password, in characters (Unicode code points). Default 128, 64 to 1024: NIST SP 800-63B-4 asks
    /// that at least 64 be accepted; a bound keeps a request from buying long hashing.
    /// </summary>
    public int MaxPasswordLength { get; set; } = 128;

    /// <summary>
    /// Iterations of PBKDF2 with HMAC-SHA512 for new password hashes; a hash with fewer is renewed at the next
    /// sign-in. Default 210,000, which is also the least: OWASP's Password Storage Cheat Sheet. At most 10,000,000.
    /// </summary>
    public int HashIterations { get; set; } = 210_000;

    /// <summary>How much of the machine the hashing of passwords may take. Never null.</summary>
    public HashingOptions Hashing { get; set; } = new();

    /// <summary>How often a password may be tried. Never null.</summary>
    public SignInThrottleOptions SignIn { get; set; } = new();
}
