using System.Security.Claims;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace RedisSessions.Authentication;

/// <summary>The names of the scheme.</summary>
public static class SessionAuthenticationDefaults
{
    /// <summary>The scheme <c>AddSession()</c> registers: <c>Session</c>.</summary>
    public const string AuthenticationScheme = "Session";
}

/// <summary>Options of the scheme that keeps the principal in the session.</summary>
public sealed class SessionAuthenticationOptions : AuthenticationSchemeOptions
{
    /// <summary>
    /// Where someone who is not signed in is sent, with the local URL they asked for in <see cref="ReturnUrlParameter"/>.
    /// Empty (default): a 401. Clients that ask for JSON, and API endpoints, get the 401 in any case.
    /// </summary>
    public PathString LoginPath { get; set; }

    /// <summary>Where someone who is signed in but not allowed is sent. Empty (default): a 403.</summary>
    public PathString AccessDeniedPath { get; set; }

    /// <summary>The query parameter with the URL to come back to. Default <c>ReturnUrl</c>.</summary>
    public string ReturnUrlParameter { get; set; } = "ReturnUrl";

    /// <summary>
    /// Checks that a principal may still be used, for instance that its security stamp is the account's. Not set
    /// (default): never asked.
    /// </summary>
    public Func<SessionValidationContext, ValueTask>? OnValidate { get; set; }

    /// <summary>How long a check by <see cref="OnValidate"/> holds. Default zero: it is asked on every request.</summary>
    public TimeSpan ValidateEvery { get; set; }
}

/// <summary>A principal to be checked.</summary>
/// <param name="httpContext">The request.</param>
/// <param name="principal">Who is signed in to its session.</param>
public sealed class SessionValidationContext(HttpContext httpContext, ClaimsPrincipal principal)
{
    /// <summary>The request.</summary>
    public HttpContext HttpContext { get; } = httpContext;

    /// <summary>Who is signed in.</summary>
    public ClaimsPrincipal Principal { get; } = principal;

    internal bool IsRejected { get; private set; }

    internal ClaimsPrincipal? Replacement { get; private set; }

    /// <summary>The principal is no longer good: the session is ended and the request is anonymous.</summary>
    public void Reject() => IsRejected = true;

    /// <summary>The principal has changed, a role for instance: the new one is kept in the session.</summary>
    public void Replace(ClaimsPrincipal principal) => Replacement = principal;
}
