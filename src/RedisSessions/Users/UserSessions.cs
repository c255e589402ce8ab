using RedisSessions.Catalog;
using RedisSessions.Marks;
using RedisSessions.Stores;

namespace RedisSessions.Users;

/// <summary>
/// The sessions of a user, over all instances and browsers. What is ended here is dead on the very next request,
/// wherever it arrives. Needs sessions that live in Redis: elsewhere every method throws
/// <see cref="NotSupportedException"/>.
/// </summary>
/// <remarks>
/// The index of a user's sessions is written in the same step as the record that signs in. Sessions that expired or were
/// deleted behind its back disappear from it when somebody looks.
/// </remarks>
public sealed class UserSessions
{
    // A session that gets a new id while all are ended turns up in the next round.
    private const int MaxRounds = 5;

    private readonly SessionServices _services;

    internal UserSessions(SessionServices services) => _services = services;

    /// <summary>The user's live sessions, the one used last first.</summary>
    /// <param name="userId">The <c>NameIdentifier</c> claim of the principal who signed in.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public async ValueTask<IReadOnlyList<UserSession>> ListAsync(string userId, CancellationToken cancellationToken = default)
    {
        var live = await LiveAsync(userId, cancellationToken);
        return [.. live
            .Select(entry => entry.Session)
            .OfType<SessionSummary>()
            .OrderByDescending(session => session.LastSeenAt)
            .Select(session => new UserSession(
                session.Id, session.CreatedAt, session.LastSeenAt, session.ExpiresAt, session.UserAgent, session.Address))];
    }

    /// <summary>Ends one session of a user.</summary>
    /// <param name="userId">Whose session; another user's is left alone.</param>
    /// <param name="sessionId">The public id, as <see cref="UserSession.Id"/> has it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether there was such a session.</returns>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public async ValueTask<bool> EndAsync(string userId, string sessionId, CancellationToken cancellationToken = default) =>
        await EndAsync(userId, id => id == sessionId, rounds: 1, cancellationToken) > 0;

    /// <summary>Ends all sessions of a user but one.</summary>
    /// <param name="userId">Whose sessions.</param>
    /// <param name="keptSessionId">
    /// The public id of the one that stays, as Redis has it. An id that a sign-in or <c>RenewIdAsync()</c> gave in this
    /// request is there only after <c>CommitAsync()</c>: hand over the session itself, which sees to that.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many were ended.</returns>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask<int> EndOthersAsync(string userId, string keptSessionId, CancellationToken cancellationToken = default) =>
        EndAsync(userId, id => id != keptSessionId, MaxRounds, cancellationToken);

    /// <summary>
    /// Ends all sessions of the user who is signed in to this one, but not this one. Commits it first, so that it is kept
    /// under the id it has now, even where that id, or the sign-in, is as new as this request.
    /// </summary>
    /// <param name="session">The one that stays: <c>HttpContext.RedisSession()</c>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many were ended.</returns>
    /// <exception cref="InvalidOperationException">Nobody is signed in to the session.</exception>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public async ValueTask<int> EndOthersAsync(RedisSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        await session.CommitAsync(cancellationToken);
        var userId = session.UserId
            ?? throw new InvalidOperationException("Nobody is signed in to this session, so there are no others of the same user.");
        return await EndOthersAsync(userId, session.Id, cancellationToken);
    }

    /// <summary>Ends all sessions of a user: signs out everywhere.</summary>
    /// <param name="userId">Whose sessions.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many were ended.</returns>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask<int> EndAllAsync(string userId, CancellationToken cancellationToken = default) =>
        EndAsync(userId, _ => true, MaxRounds, cancellationToken);

    private async ValueTask<int> EndAsync(
        string userId, Func<string, bool> isMeant, int rounds, CancellationToken cancellationToken)
    {
        var ended = 0;
        for (var round = 0; round < rounds; round++)
        {
            var live = await LiveAsync(userId, cancellationToken);
            var deletions = live
                .Where(entry => isMeant(_services.Keys.PublicId(entry.Key) ?? ""))
                .Select(entry => _services.Records.DeleteAsync(entry.Key, userId).AsTask())
                .ToArray();
            var existed = await Task.WhenAll(deletions);
            ended += existed.Count(one => one);
            if (deletions.Length == 0)
            {
                break;
            }
        }

        _services.Metrics.Destroyed(ended);
        return ended;
    }

    // A record that names another key is not shown. Its key is in this user's index all the same, and is ended with the rest.
    private async ValueTask<List<(string Key, SessionSummary? Session)>> LiveAsync(
        string userId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(userId);
        var directory = _services.RequireDirectory();
        var keys = await directory.KeysOfUserAsync(userId, cancellationToken);
        var summaries = await directory.SummariesAsync(keys, cancellationToken);
        var live = new List<(string, SessionSummary?)>(keys.Count);
        var stale = new List<string>();
        for (var i = 0; i < keys.Count; i++)
        {
            var (kind, session) = summaries[i];
            if (kind == RecordReadingKind.Foreign || session?.UserId == userId)
            {
                live.Add((keys[i], session));
            }
            else
            {
                stale.Add(keys[i]);
            }
        }

        await directory.DropAsync(userId, stale, cancellationToken);
        return live;
    }
}
