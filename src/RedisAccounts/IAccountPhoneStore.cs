using Microsoft.AspNetCore.Identity;

namespace RedisAccounts;

/// <summary>
/// A store that finds accounts by a confirmed phone number, and lets no two accounts have the same one. A number that
/// is not confirmed finds no account and blocks no one.
/// </summary>
/// <remarks>
/// Numbers are compared as they are stored: pass them in international form (ITU-T E.164, such as
/// <c>+4915123456789</c>). Creating or updating an account whose confirmed number another account has confirmed is
/// refused with the error <see cref="DuplicatePhoneNumber"/> and changes nothing.
/// </remarks>
public interface IAccountPhoneStore : IUserPhoneNumberStore<Account>
{
    /// <summary>The code of the error (<see cref="IdentityError.Code"/>) for a number that another account has.</summary>
    const string DuplicatePhoneNumber = "DuplicatePhoneNumber";

    /// <summary>Finds the account that has confirmed a number. Costs the same whether or not there is one.</summary>
    /// <param name="phoneNumber">The number, in international form.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The account; <see langword="null"/>: none has confirmed the number.</returns>
    /// <exception cref="RespClient.RedisException">Redis failed, where accounts are in Redis.</exception>
    Task<Account?> FindByPhoneNumberAsync(string phoneNumber, CancellationToken cancellationToken);
}
