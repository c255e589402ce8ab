using Microsoft.AspNetCore.Identity;

namespace RedisAccounts;

/// <summary>
/// A person's account: what ASP.NET Core Identity keeps of a user, and when it was made.
/// </summary>
/// <remarks>
/// <para>It derives from <see cref="IdentityUser"/> so that Identity's Entity Framework Core store can hold the same
/// accounts without a change to the code above.</para>
/// <para>Change one through <see cref="UserManager{TUser}"/>: it keeps the normalised forms, the security stamp and
/// the concurrency stamp in step.</para>
/// </remarks>
public sealed class Account : IdentityUser
{
    /// <summary>
    /// When the account was made, by Redis' clock, to the millisecond, in UTC. Set by the store when it makes the
    /// account and never changed; the default value before that.
    /// </summary>
    public DateTimeOffset Created { get; set; }
}
