namespace RedisSessions;

/// <summary>What happens to a request that needs its session while Redis does not answer.</summary>
public enum WhenUnavailable
{
    /// <summary>
    /// Touching the session ends the request with status 503, <c>Retry-After</c> and problem details. A handler that
    /// never touches it answers as usual.
    /// </summary>
    Respond503,

    /// <summary>
    /// The handler runs with an empty session: <c>IsAvailable</c> is false, nothing written is kept, and the browser's
    /// cookie is left alone. Endpoints choose this one by one with <c>.WithOptionalSession()</c>.
    /// </summary>
    RunWithoutSession,
}
