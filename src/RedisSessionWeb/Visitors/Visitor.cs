using System.Globalization;
using System.Net;
using System.Security.Claims;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.Options;

using RedisAccounts;

using RedisSessions;
using RedisSessions.Authentication;

namespace RedisSessionWeb.Visitors;

/// <summary>The sender of the request: a browser with its session, and the account that is signed in to it.</summary>
internal sealed class Visitor(
    IHttpContextAccessor accessor, IOptions<AccountOptions> accounts, IOptions<RedisSessionOptions> sessions, CookieNames cookies)
{
    /// <summary>The security stamp of the account at sign-in: another one now means another password or address.</summary>
    public const string StampClaim = "stamp";

    private HttpContext Context => accessor.HttpContext ?? throw new InvalidOperationException("There is no request.");

    public RedisSession Session => Context.RedisSession();

    public IPAddress? Address => Context.Connection.RemoteIpAddress;

    /// <summary>The language that mails to this person are written in: the page's.</summary>
    public string Language =>
        Context.Features.Get<IRequestCultureFeature>()?.RequestCulture.UICulture.Name ?? CultureInfo.InvariantCulture.Name;

    /// <summary>Who is signed in, or an anonymous principal.</summary>
    public ClaimsPrincipal User => Context.User;

    /// <summary>The id of the account that is signed in; <see langword="null"/>: none.</summary>
    public string? AccountId => User.FindFirstValue(ClaimTypes.NameIdentifier);

    private string? Devices => Context.Request.Cookies[cookies.Device];

    /// <summary>The token by which the sign-in throttle recognises this browser; <see langword="null"/>: unknown to that account.</summary>
    public string? DeviceTokenFor(string? accountId) => DeviceTokens.Find(Devices, accountId);

    /// <summary>Signs an account in: the session gets a new id and keeps its data.</summary>
    /// <param name="account">The account.</param>
    /// <param name="deviceToken">What the throttle remembers this browser by; <see langword="null"/>: it is not remembered.</param>
    public async Task SignInAsync(Account account, string? deviceToken)
    {
        var identity = new ClaimsIdentity(
        [
            new Claim(ClaimTypes.NameIdentifier, account.Id),
            new Claim(ClaimTypes.Name, account.UserName!),
            new Claim(ClaimTypes.Email, account.Email!),
            new Claim(StampClaim, account.SecurityStamp ?? ""),
        ], SessionAuthenticationDefaults.AuthenticationScheme);
        await Context.SignInAsync(new ClaimsPrincipal(identity));
        if (deviceToken is null)
        {
            return;
        }

        Context.Response.Cookies.Append(cookies.Device, DeviceTokens.Put(Devices, account.Id, deviceToken), new CookieOptions
        {
            MaxAge = accounts.Value.SignIn.DeviceLifetime,
            HttpOnly = true,
            IsEssential = true,
            SameSite = SameSiteMode.Lax,
            Secure = Context.Request.IsHttps,
        });
    }

    /// <summary>Commits the session before the answer is written, and reads the secret id that a client without cookies keeps.</summary>
    public async Task<string?> CommitAsync()
    {
        await Session.CommitAsync();
        return sessions.Value.HeaderName is { } header ? Context.Response.Headers[header].ToString() : null;
    }

    /// <summary>Ends this session: its record goes and its cookie is cleared.</summary>
    public Task SignOutAsync() => Context.SignOutAsync();
}
