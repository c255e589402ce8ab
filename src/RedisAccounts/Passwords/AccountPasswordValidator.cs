using System.Text;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

using RedisAccounts.Names;

namespace RedisAccounts.Passwords;

/// <summary>
/// The rules for a new password: its length, something that can be seen, not one of the commonest, not the address or the name. No rule asks for
/// kinds of characters; spaces, emoji and every script count.
/// </summary>
internal sealed class AccountPasswordValidator(IOptions<AccountOptions> options, IdentityErrorDescriber errors)
    : IPasswordValidator<Account>
{
    private readonly AccountOptions _options = options.Value;

    public async Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password)
    {
        var length = password is null ? 0 : CountCharacters(password);
        if (length < 0)
        {
            return Failed(PasswordErrors.NotText, "The password is not valid text.");
        }

        if (NameRules.IsBlank(password ?? ""))
        {
            return length == 0 ? IdentityResult.Failed(errors.PasswordTooShort(_options.MinPasswordLength)) : Failed(PasswordErrors.Blank, "Nothing of the password can be seen.");
        }

        if (length < _options.MinPasswordLength)
        {
            return IdentityResult.Failed(errors.PasswordTooShort(_options.MinPasswordLength));
        }

        if (length > _options.MaxPasswordLength)
        {
            return Failed(PasswordErrors.TooLong, $"The password must have at most {_options.MaxPasswordLength} characters.");
        }

        if (CommonPasswords.Contains(password!))
        {
            return Failed(PasswordErrors.TooCommon, "This password is one of the most used and the first to be guessed.");
        }

        var email = await manager.GetEmailAsync(user);
        var name = await manager.GetUserNameAsync(user);
        return IsSame(manager, password!, email) || IsSame(manager, password!, LocalPart(email)) || IsSame(manager, password!, name)
            ? Failed(PasswordErrors.IsAddress, "The password must not be the e-mail address or the name.")
            : IdentityResult.Success;
    }

    private static bool IsSame(UserManager<Account> manager, string password, string? other) =>
        other is not null
        && (manager.NormalizeName(password) == manager.NormalizeName(other)
            || manager.NormalizeEmail(password) == manager.NormalizeEmail(other));

    private static string? LocalPart(string? email) =>
        email?.LastIndexOf('@') is > 0 and var at ? email[..at] : null;

    /// <summary>Unicode code points after composition, or -1 for text that is not Unicode.</summary>
    private static int CountCharacters(string password)
    {
        try
        {
            return password.Normalize(NormalizationForm.FormC).EnumerateRunes().Count();
        }
        catch (ArgumentException)
        {
            return -1;
        }
    }

    private static IdentityResult Failed(string code, string description) =>
        IdentityResult.Failed(new IdentityError { Code = code, Description = description });
}
