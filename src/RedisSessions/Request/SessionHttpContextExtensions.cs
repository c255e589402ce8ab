using Microsoft.AspNetCore.Http.Features;

using RedisSessions;
using RedisSessions.Request;

namespace Microsoft.AspNetCore.Http;

/// <summary>Reaches the session of a request with all its members.</summary>
public static class SessionHttpContextExtensions
{
    /// <summary>The session of this request.</summary>
    /// <exception cref="InvalidOperationException">
    /// <c>UseRedisSessions()</c> does not stand before this point, or the endpoint runs <c>.WithoutSession()</c>.
    /// </exception>
    public static RedisSession RedisSession(this HttpContext context) => context.Features.Get<ISessionFeature>() switch
    {
        SessionState state => state.Session,
        NoSessionFeature => throw new InvalidOperationException(NoSessionFeature.Message),
        _ => throw new InvalidOperationException(
            "There is no Redis session here: call app.UseRedisSessions() before what uses it."),
    };
}
