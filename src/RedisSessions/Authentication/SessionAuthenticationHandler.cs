using System.Security.Claims;
using System.Text.Encodings.Web;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using RedisSessions.Diagnostics;
using RedisSessions.Records;
using RedisSessions.Request;

namespace RedisSessions.Authentication;

/// <summary>Keeps the principal in the session: one cookie, one record.</summary>
internal sealed class SessionAuthenticationHandler(
    IOptionsMonitor<SessionAuthenticationOptions> options, ILoggerFactory logger, UrlEncoder encoder, SessionLog log)
    : AuthenticationHandler<SessionAuthenticationOptions>(options, logger, encoder), IAuthenticationSignInHandler
{
    private const int LongestAgent = 200;

    /// <summary>Signs in: the session gets a new id and keeps its data.</summary>
    /// <param name="user">The principal; its <c>NameIdentifier</c> claim lists the session under the user.</param>
    /// <param name="properties">
    /// With properties, <c>IsPersistent</c> decides whether the cookie outlives the browser, and <c>ExpiresUtc</c>, if
    /// set, how long the session lives without a request. Without, the session keeps its lifetime.
    /// </param>
    public Task SignInAsync(ClaimsPrincipal user, AuthenticationProperties? properties)
    {
        ArgumentNullException.ThrowIfNull(user);
        var session = Context.RedisSession();
        var now = TimeProvider.GetUtcNow();
        var kept = properties?.Clone() ?? new AuthenticationProperties();
        kept.IssuedUtc ??= now;
        var userId = user.FindFirstValue(ClaimTypes.NameIdentifier);
        if (userId is null)
        {
            log.SignInWithoutUser();
        }
        else
        {
            // The user's list of sessions has it in its name.
            KeyNames.RequireText(userId, nameof(user));
        }

        session.State.SignIn(new SessionIdentity(
            userId ?? "", Serialize(user, kept), AgentOf(Request), AddressOf(Context), now));
        if (properties is not null)
        {
            var idle = properties.ExpiresUtc is { } expires ? expires - now : session.Lifetime.IdleTimeout;
            session.Lifetime = new SessionLifetime(idle, properties.IsPersistent);
        }

        return Task.CompletedTask;
    }

    /// <summary>Signs out: the session is destroyed.</summary>
    /// <param name="properties">Not looked at.</param>
    public Task SignOutAsync(AuthenticationProperties? properties)
    {
        Context.RedisSession().Destroy();
        return Task.CompletedTask;
    }

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // On an endpoint without a session nobody is signed in.
        if (Context.Features.Get<ISessionFeature>() is not SessionState { Session: var session })
        {
            return AuthenticateResult.NoResult();
        }

        session.State.EnsureReadable();
        if (session.State.Identity is not { } identity)
        {
            return AuthenticateResult.NoResult();
        }

        if (TicketSerializer.Default.Deserialize(identity.Ticket) is not { } stored)
        {
            log.BrokenTicket(session.Id);
            return AuthenticateResult.NoResult();
        }

        var principal = await ValidateAsync(session, identity, stored);
        return principal is null
            ? AuthenticateResult.Fail("The principal is no longer valid; its session was ended.")
            : AuthenticateResult.Success(new AuthenticationTicket(principal, stored.Properties, Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (Options.LoginPath.HasValue && !WantsStatusCode())
        {
            var target = LocalUrl.IsLocal(properties.RedirectUri)
                ? properties.RedirectUri!
                : OriginalPathBase + OriginalPath + Request.QueryString;
            Response.Redirect(QueryHelpers.AddQueryString(
                OriginalPathBase + Options.LoginPath, Options.ReturnUrlParameter, target));
        }
        else
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
        }

        return Task.CompletedTask;
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        if (Options.AccessDeniedPath.HasValue && !WantsStatusCode())
        {
            Response.Redirect(OriginalPathBase + Options.AccessDeniedPath);
        }
        else
        {
            Response.StatusCode = StatusCodes.Status403Forbidden;
        }

        return Task.CompletedTask;
    }

    private async ValueTask<ClaimsPrincipal?> ValidateAsync(RedisSession session, SessionIdentity identity, AuthenticationTicket stored)
    {
        var now = TimeProvider.GetUtcNow();
        if (Options.OnValidate is not { } validate || now - identity.ValidatedAt < Options.ValidateEvery)
        {
            return stored.Principal;
        }

        var context = new SessionValidationContext(Context, stored.Principal);
        await validate(context);
        if (context.IsRejected)
        {
            session.Destroy();
            return null;
        }

        var ticket = context.Replacement is { } replacement ? Serialize(replacement, stored.Properties) : identity.Ticket;
        if (Options.ValidateEvery > TimeSpan.Zero || context.Replacement is not null)
        {
            session.State.KeepIdentity(identity with { Ticket = ticket, ValidatedAt = now });
        }

        return context.Replacement ?? stored.Principal;
    }

    private byte[] Serialize(ClaimsPrincipal principal, AuthenticationProperties properties) =>
        TicketSerializer.Default.Serialize(new AuthenticationTicket(principal, properties, Scheme.Name));

    // A client that cannot show a page is not sent to one.
    private bool WantsStatusCode() =>
        Context.GetEndpoint()?.Metadata.GetMetadata<IDisableCookieRedirectMetadata>() is not null
        || Request.Headers.XRequestedWith == "XMLHttpRequest"
        || (Request.Headers.Accept.ToString() is { Length: > 0 } accept
            && accept.Contains("json", StringComparison.OrdinalIgnoreCase)
            && !accept.Contains("text/html", StringComparison.OrdinalIgnoreCase));

    private static string? AgentOf(HttpRequest request) => request.Headers.UserAgent.ToString() switch
    {
        "" => null,
        { Length: > LongestAgent } agent => agent[..LongestAgent],
        var agent => agent,
    };

    private static string? AddressOf(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } address => address.MapToIPv4().ToString(),
        var address => address.ToString(),
    };
}
