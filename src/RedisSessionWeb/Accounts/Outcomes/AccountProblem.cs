using Microsoft.AspNetCore.Identity;

using RedisAccounts;
using RedisAccounts.Passwords;

namespace RedisSessionWeb.Accounts.Outcomes;

/// <summary>What a person can put right when an account is made or changed. None at all means: done.</summary>
internal enum AccountProblem
{
    /// <summary>The address was not proven by a code, or too long ago: the flow starts again.</summary>
    NotProven,

    /// <summary>The account has changed since its address was proven: the flow starts again.</summary>
    ProofOutdated,

    /// <summary>An account has this name, or one that looks like it.</summary>
    NameTaken,

    /// <summary>The name is empty, too long, has characters that cannot be seen, or mixes scripts.</summary>
    NameInvalid,

    /// <summary>The address has got an account meanwhile.</summary>
    AddressTaken,

    /// <summary>Another account has confirmed the phone number.</summary>
    NumberTaken,

    /// <summary>Too few characters.</summary>
    PasswordTooShort,

    /// <summary>Too many characters.</summary>
    PasswordTooLong,

    /// <summary>Nothing but blanks, or characters that are not drawn.</summary>
    PasswordBlank,

    /// <summary>Half of a surrogate pair or the like: nothing that could be typed again.</summary>
    PasswordNotText,

    /// <summary>One of the most used passwords.</summary>
    PasswordTooCommon,

    /// <summary>The account's own address or name.</summary>
    PasswordIsAddress,

    /// <summary>The account was changed in another window at the same time.</summary>
    ChangedMeanwhile,
}

/// <summary>Reads Identity's errors as problems.</summary>
internal static class AccountProblems
{
    public static readonly IReadOnlyList<AccountProblem> None = [];

    /// <exception cref="InvalidOperationException">An error that no input of a person can cause.</exception>
    public static IReadOnlyList<AccountProblem> From(IdentityResult result) =>
        result.Succeeded ? None : [.. result.Errors.Select(Read).Distinct()];

    private static AccountProblem Read(IdentityError error) => error.Code switch
    {
        nameof(IdentityErrorDescriber.DuplicateUserName) => AccountProblem.NameTaken,
        nameof(IdentityErrorDescriber.InvalidUserName) => AccountProblem.NameInvalid,
        nameof(IdentityErrorDescriber.DuplicateEmail) => AccountProblem.AddressTaken,
        nameof(IdentityErrorDescriber.PasswordTooShort) => AccountProblem.PasswordTooShort,
        nameof(IdentityErrorDescriber.ConcurrencyFailure) => AccountProblem.ChangedMeanwhile,
        IAccountPhoneStore.DuplicatePhoneNumber => AccountProblem.NumberTaken,
        PasswordErrors.TooLong => AccountProblem.PasswordTooLong,
        PasswordErrors.Blank => AccountProblem.PasswordBlank,
        PasswordErrors.NotText => AccountProblem.PasswordNotText,
        PasswordErrors.TooCommon => AccountProblem.PasswordTooCommon,
        PasswordErrors.IsAddress => AccountProblem.PasswordIsAddress,
        _ => throw new InvalidOperationException($"The account store refused with '{error.Code}'."),
    };
}
