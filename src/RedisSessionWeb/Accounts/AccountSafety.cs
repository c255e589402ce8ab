using RedisAccounts;
using RedisAccounts.SignIn;

using RedisSessionWeb.Visitors;

using RedisSessions.Users;

using VerificationCodes;
using VerificationCodes.Addresses;
using VerificationCodes.Delivery;

namespace RedisSessionWeb.Accounts;

/// <summary>
/// What follows every change that matters: other sessions and open codes end, browsers are forgotten, and the owner
/// gets a notice. An intruder is out at the next request.
/// </summary>
internal sealed class AccountSafety(
    UserSessions sessions, SignInThrottle throttle, IVerificationService codes, INoticeService notices, Visitor visitor)
{
    /// <summary>Ends what others may hold of an account; this session too, unless it is the account's own and asked to stay.</summary>
    public async Task EndAccessAsync(Account account, string email, bool keepsThisSession)
    {
        if (keepsThisSession)
        {
            await sessions.EndOthersAsync(account.Id, visitor.Session.Id);
        }
        else
        {
            await sessions.EndAllAsync(account.Id);
        }

        await throttle.ForgetDevicesAsync(account.Id);
        await EndCodesAsync(email);
        if (account.PhoneNumber is { Length: > 0 } number)
        {
            await EndCodesAsync(number);
        }
    }

    /// <summary>Ends every open code to a mailbox or a number.</summary>
    public async Task EndCodesAsync(string address)
    {
        if (PhoneNumber.TryParse(address, out var number))
        {
            await codes.CancelAsync(number);
        }
        else if (EmailAddress.TryParse(address, out var email))
        {
            await codes.CancelAsync(email);
        }
    }

    /// <summary>Gives this session a new id and the account's present data.</summary>
    public async Task SignInAgainAsync(Account account) =>
        await visitor.SignInAsync(account, await throttle.RememberAsync(account.Id, visitor.DeviceTokenFor(account.Id)));

    /// <summary>The browser that sends the request, where it has signed in to an account before; otherwise <see langword="null"/>.</summary>
    public ValueTask<string?> FindBrowserAsync(Account account) => throttle.FindBrowserAsync(account.Id, visitor.DeviceTokenFor(account.Id));

    public async Task TellAsync(NoticeKind kind, string email, string detail = "")
    {
        if (EmailAddress.TryParse(email, out var address))
        {
            await notices.SendAsync(new Notice(kind, address) { Language = visitor.Language, Detail = detail });
        }
    }
}
