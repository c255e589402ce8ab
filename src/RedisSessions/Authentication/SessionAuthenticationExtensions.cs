using Microsoft.AspNetCore.Authentication;

using RedisSessions.Authentication;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the scheme that keeps the principal in the session.</summary>
public static class SessionAuthenticationExtensions
{
    /// <summary>
    /// Adds the scheme <see cref="SessionAuthenticationDefaults.AuthenticationScheme"/>: one cookie, one record. Signing
    /// in gives the session a new id and keeps its data; signing out destroys it.
    /// </summary>
    public static AuthenticationBuilder AddSession(
        this AuthenticationBuilder builder, Action<SessionAuthenticationOptions>? configure = null) =>
        builder.AddSession(SessionAuthenticationDefaults.AuthenticationScheme, configure);

    /// <summary>Adds the scheme under a name of your own. A session keeps one principal: one such scheme is enough.</summary>
    public static AuthenticationBuilder AddSession(
        this AuthenticationBuilder builder, string authenticationScheme, Action<SessionAuthenticationOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddRedisSessions();
        return builder.AddScheme<SessionAuthenticationOptions, SessionAuthenticationHandler>(authenticationScheme, configure);
    }
}
