using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using RedisSessions.Commits;

namespace RedisSessions.Endpoints;

/// <summary>Hands the session to <c>HttpContext.Session</c>.</summary>
internal sealed class SessionFeature(SessionState state) : ISessionFeature
{
    private RedisSession? _redisSession;

    /// <summary>The session with all its members.</summary>
    public RedisSession RedisSession => _redisSession ??= new RedisSession(state);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Set: the session of a request is not replaced.</exception>
    public ISession Session
    {
        get => RedisSession;
        set => throw new NotSupportedException("The session of a request cannot be replaced.");
    }
}

/// <summary>Stands where an endpoint has no session, and says why.</summary>
internal sealed class NoSessionFeature : ISessionFeature
{
    public static readonly NoSessionFeature Instance = new();

    public const string Message = "This endpoint runs without a session (WithoutSession).";

    public ISession Session
    {
        get => throw new InvalidOperationException(Message);
        set => throw new NotSupportedException("The session of a request cannot be replaced.");
    }
}
