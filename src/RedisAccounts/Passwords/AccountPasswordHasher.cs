using System.Text;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace RedisAccounts.Passwords;

/// <summary>
/// Identity's hasher (PBKDF2 with HMAC-SHA512) over one form of a password: keyboards and systems send the same
/// letters composed or decomposed (RFC 8265, 4.2: normalisation form C).
/// </summary>
internal sealed class AccountPasswordHasher(IOptions<PasswordHasherOptions> options) : PasswordHasher<Account>(options)
{
    public override string HashPassword(Account user, string password) => base.HashPassword(user, Compose(password));

    public override PasswordVerificationResult VerifyHashedPassword(
        Account user, string hashedPassword, string providedPassword) =>
        base.VerifyHashedPassword(user, hashedPassword, Compose(providedPassword));

    private static string Compose(string password)
    {
        try
        {
            return password.Normalize(NormalizationForm.FormC);
        }
        catch (ArgumentException)
        {
            // Half a surrogate pair has no normal form. No password with one was ever accepted: it will not match.
            return password;
        }
    }
}
