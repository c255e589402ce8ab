using RedisSessions.Request;

namespace RedisSessions.Catalog;

/// <summary>
/// Looks at the sessions there are, and ends them. Looking extends no TTL, blocks Redis for no longer than a small
/// step, and never shows a secret id. For the inspector and for tools; check who asks before you call it. Needs
/// sessions that live in Redis: elsewhere every method throws <see cref="NotSupportedException"/>.
/// </summary>
public sealed class SessionCatalog
{
    private const int LargestPage = 1000;

    private readonly SessionRuntime _runtime;

    internal SessionCatalog(SessionRuntime runtime) => _runtime = runtime;

    /// <summary>One page of sessions, in no particular order. A session that lives all the while is on one page at least.</summary>
    /// <param name="cursor"><see langword="null"/> or <c>"0"</c> for the first page, then <see cref="SessionPage.NextCursor"/>.</param>
    /// <param name="pageSize">How many sessions to aim at; 1 to 1000. A page may hold fewer or somewhat more.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ArgumentException">The cursor is not one that a page gave.</exception>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public async ValueTask<SessionPage> ListAsync(
        string? cursor, int pageSize = 50, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageSize, LargestPage);
        if (cursor is not null && !ulong.TryParse(cursor, out _))
        {
            throw new ArgumentException("Not a cursor of a page.", nameof(cursor));
        }

        var search = _runtime.RequireSearch();
        var (keys, next) = await search.ScanAsync(cursor ?? "0", pageSize, cancellationToken);
        var summaries = await search.SummariesAsync(keys, cancellationToken);
        return new SessionPage([.. summaries.Select(one => one.Summary).OfType<SessionSummary>()], next == "0" ? null : next);
    }

    /// <summary>One session with its values.</summary>
    /// <param name="sessionId">The public id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns><see langword="null"/> where there is none, or its record cannot be read.</returns>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public async ValueTask<SessionDetails?> FindAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        if (await KeyOfAsync(sessionId, cancellationToken) is not { } key
            || await _runtime.Records.ReloadAsync(key, cancellationToken) is not { } record)
        {
            return null;
        }

        var who = record.Identity;
        var summary = new SessionSummary(
            sessionId, who?.UserId, record.CreatedAt, record.RenewedAt, record.ExpiresAt, who?.UserAgent, who?.Address);
        var values = record.Values.All.ToDictionary(value => value.Key, value => (ReadOnlyMemory<byte>)value.Value.ToArray());
        return new SessionDetails(summary, values, (int)record.Values.Size);
    }

    /// <summary>Ends one session of any user.</summary>
    /// <param name="sessionId">The public id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether there was such a session.</returns>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public async ValueTask<bool> EndAsync(string sessionId, CancellationToken cancellationToken = default)
    {
        if (await KeyOfAsync(sessionId, cancellationToken) is not { } key)
        {
            return false;
        }

        var summaries = await _runtime.RequireSearch().SummariesAsync([key], cancellationToken);
        var existed = await _runtime.Records.DeleteAsync(key, summaries[0].Summary?.UserId);
        if (existed)
        {
            _runtime.Metrics.Destroyed();
        }

        return existed;
    }

    // Where ids are not hashed, the public id does not give the key: only looking at all keys helps.
    private async ValueTask<string?> KeyOfAsync(string sessionId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sessionId);
        var search = _runtime.RequireSearch();
        if (_runtime.Options.HashIds)
        {
            return _runtime.Keys.RecordOfPublic(sessionId);
        }

        var cursor = "0";
        do
        {
            (var keys, cursor) = await search.ScanAsync(cursor, LargestPage, cancellationToken);
            if (keys.Find(key => _runtime.Keys.PublicId(key) == sessionId) is { } found)
            {
                return found;
            }
        }
        while (cursor != "0");

        return null;
    }
}
