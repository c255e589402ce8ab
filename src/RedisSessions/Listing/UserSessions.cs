using RedisSessions.Catalog;
using RedisSessions.Records;
using RedisSessions.Request;

namespace RedisSessions.Users;

/// <summary>
/// The sessions of a user, over all instances and browsers. What is ended here is dead on the very next request,
/// wherever it arrives. Needs sessions that live in Redis: elsewhere every method throws
/// <see cref="NotSupportedException"/>.
/// </summary>
/// <remarks>
/// The index of a user's sessions is written in the same step as the record that signs in. Sessions that expired or were
/// deleted behind its back disappear from it at the next look. Ending all sessions, or all but one, is one step too:
/// none of those that exist at the call is left, even one that gets a new id meanwhile. On a cluster it is several.
/// </remarks>
public sealed class UserSessions
{
    // On a cluster, a session that gets a new id while all are ended turns up in the next round.
    private const int MaxRounds = 100;

    private readonly SessionRuntime _runtime;

    internal UserSessions(SessionRuntime runtime) => _runtime = runtime;

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
    public async ValueTask<bool> EndAsync(string userId, string sessionId, CancellationToken cancellationToken = default)
    {
        var live = await LiveAsync(userId, cancellationToken);
        var ended = await EndAsync(userId, live.Select(entry => entry.Key).Where(key => _runtime.Keys.PublicId(key) == sessionId));
        _runtime.Metrics.Destroyed(ended);
        return ended > 0;
    }

    /// <summary>Ends all sessions of a user but one.</summary>
    /// <param name="userId">Whose sessions.</param>
    /// <param name="keptSessionId">
    /// The public id of the one that stays, as Redis has it. An id that a sign-in or <c>RenewIdAsync()</c> gave in this
    /// request is there only after <c>CommitAsync()</c>: hand over the session itself, which sees to that.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many were ended.</returns>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public async ValueTask<int> EndOthersAsync(string userId, string keptSessionId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keptSessionId);
        // Where ids are not hashed, the public id does not give the key.
        var kept = _runtime.Options.HashIds
            ? _runtime.Keys.RecordOfPublic(keptSessionId)
            : (await KeysAsync(userId, cancellationToken)).Find(key => _runtime.Keys.PublicId(key) == keptSessionId);
        return await EndAllButAsync(userId, kept, cancellationToken);
    }

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
        EndAllButAsync(userId, null, cancellationToken);

    private async ValueTask<int> EndAllButAsync(string userId, string? keptKey, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(userId);
        _runtime.RequireSearch();
        cancellationToken.ThrowIfCancellationRequested();
        var (removed, areAll) = await _runtime.Records.DeleteOfUserAsync(userId, keptKey);
        var ended = removed.Count;
        for (var round = 0; round < MaxRounds && !areAll; round++)
        {
            var live = (await LiveAsync(userId, cancellationToken)).FindAll(entry => entry.Key != keptKey);
            ended += await EndAsync(userId, live.Select(entry => entry.Key));
            // The list is written before the record: a session that moved meanwhile is in it.
            areAll = live.Count == 0 && (await KeysAsync(userId, cancellationToken)).TrueForAll(key => key == keptKey);
        }

        _runtime.Metrics.Destroyed(ended);
        return ended;
    }

    private async ValueTask<int> EndAsync(string userId, IEnumerable<string> keys)
    {
        var existed = await Task.WhenAll(keys.Select(key => _runtime.Records.DeleteAsync(key, userId).AsTask()).ToArray());
        return existed.Count(one => one);
    }

    private ValueTask<List<string>> KeysAsync(string userId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(userId);
        return _runtime.RequireSearch().KeysOfUserAsync(userId, cancellationToken);
    }

    // A record that names another key is not shown. Its key is still in this user's index, and is ended with the rest.
    private async ValueTask<List<(string Key, SessionSummary? Session)>> LiveAsync(
        string userId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(userId);
        var search = _runtime.RequireSearch();
        var keys = await search.KeysOfUserAsync(userId, cancellationToken);
        var summaries = await search.SummariesAsync(keys, cancellationToken);
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

        await search.DropAsync(userId, stale, cancellationToken);
        return live;
    }
}
