namespace RedisAccounts.Passwords;

/// <summary>
/// The codes of the errors (<see cref="Microsoft.AspNetCore.Identity.IdentityError.Code"/>) that a new password can
/// meet besides Identity's own <c>PasswordTooShort</c>; a page words them in its language by these.
/// </summary>
public static class PasswordErrors
{
    /// <summary>More characters than <see cref="AccountOptions.MaxPasswordLength"/>.</summary>
    public const string TooLong = "PasswordTooLong";

    /// <summary>One of the most used passwords.</summary>
    public const string TooCommon = "PasswordTooCommon";

    /// <summary>The account's own address, its part before the @, or the account's name.</summary>
    public const string IsAddress = "PasswordIsAddress";

    /// <summary>Nothing but blanks and characters that are not drawn: what is taken for it is never what was meant.</summary>
    public const string Blank = "PasswordBlank";

    /// <summary>Not valid Unicode text.</summary>
    public const string NotText = "PasswordNotText";
}
