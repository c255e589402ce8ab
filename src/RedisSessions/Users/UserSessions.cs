namespace RedisSessions.Users;

/// <summary>
/// The sessions of a user, over all instances and browsers. What is ended here is dead on the very next request,
/// wherever it arrives. Needs sessions that live in Redis.
/// </summary>
public sealed class UserSessions
{
    /// <summary>The user's live sessions, the one used last first.</summary>
    /// <param name="userId">The <c>NameIdentifier</c> claim of the principal who signed in.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask<IReadOnlyList<UserSession>> ListAsync(string userId, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Ends one session of a user.</summary>
    /// <param name="userId">Whose session; another user's is left alone.</param>
    /// <param name="sessionId">The public id, as <see cref="UserSession.Id"/> has it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether there was such a session.</returns>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask<bool> EndAsync(string userId, string sessionId, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Ends all sessions of a user but one.</summary>
    /// <param name="userId">Whose sessions.</param>
    /// <param name="keptSessionId">The public id of the one that stays: <c>HttpContext.RedisSession().Id</c>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many were ended.</returns>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask<int> EndOthersAsync(string userId, string keptSessionId, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Ends all sessions of a user: signs out everywhere.</summary>
    /// <param name="userId">Whose sessions.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many were ended.</returns>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask<int> EndAllAsync(string userId, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
