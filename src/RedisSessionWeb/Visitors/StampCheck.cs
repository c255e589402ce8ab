using System.Security.Claims;

using Microsoft.AspNetCore.Identity;

using RedisAccounts;

using RedisSessions.Authentication;

namespace RedisSessionWeb.Visitors;

/// <summary>
/// Ends sessions of accounts that are gone or have another password or address since sign-in. Such changes end
/// sessions at once; this catches a session whose sign-in was in flight.
/// </summary>
internal static class StampCheck
{
    /// <summary>How often a session is checked unless <c>Sessions:ValidateEvery</c> says otherwise.</summary>
    public static readonly TimeSpan DefaultInterval = TimeSpan.FromMinutes(5);

    public static async ValueTask ValidateAsync(SessionValidationContext context)
    {
        var accounts = context.HttpContext.RequestServices.GetRequiredService<UserManager<Account>>();
        var account = await accounts.GetUserAsync(context.Principal);
        if (account is null
            || account.SecurityStamp != context.Principal.FindFirstValue(Visitor.StampClaim)
            || await accounts.IsLockedOutAsync(account))
        {
            context.Reject();
        }
    }
}
