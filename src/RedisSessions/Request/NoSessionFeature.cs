using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RedisSessions.Request;

/// <summary>Stands where an endpoint has no session, and says why.</summary>
internal sealed class NoSessionFeature : ISessionFeature
{
    public static readonly NoSessionFeature Instance = new();

    public const string Message = "This endpoint runs without a session (WithoutSession).";

    public const string NotReplaced = "The session of a request cannot be replaced.";

    public ISession Session
    {
        get => throw new InvalidOperationException(Message);
        set => throw new NotSupportedException(NotReplaced);
    }
}
