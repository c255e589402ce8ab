namespace RedisSessions.Catalog;

/// <summary>
/// Looks at the sessions there are, and ends them. Looking extends no TTL, blocks Redis for no longer than a small
/// step, and never shows a secret id. For the inspector and for tools; check who asks before you call it. Needs
/// sessions that live in Redis.
/// </summary>
public sealed class SessionCatalog
{
    /// <summary>One page of sessions, in no particular order. A session that lives all the while is on one page at least.</summary>
    /// <param name="cursor"><see langword="null"/> or <c>"0"</c> for the first page, then <see cref="SessionPage.NextCursor"/>.</param>
    /// <param name="pageSize">How many sessions to aim at; 1 to 1000. A page may hold fewer or somewhat more.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">The cursor is not one that a page gave.</exception>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask<SessionPage> ListAsync(string? cursor, int pageSize = 50, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>One session with its values.</summary>
    /// <param name="sessionId">The public id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns><see langword="null"/> where there is none, or its record cannot be read.</returns>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask<SessionDetails?> FindAsync(string sessionId, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Ends one session, whosever it is.</summary>
    /// <param name="sessionId">The public id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether there was such a session.</returns>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask<bool> EndAsync(string sessionId, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
