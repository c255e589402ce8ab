using System.Diagnostics.CodeAnalysis;

using Microsoft.AspNetCore.Http;

namespace RedisSessions;

/// <summary>
/// The session of one request: the standard <see cref="ISession"/>, and what this library adds to it. Loaded before the
/// handler runs, so every member answers from memory; committed in one step before the first byte of the response.
/// Belongs to one request and is not safe for concurrent use.
/// </summary>
public sealed class RedisSession : ISession
{
    internal RedisSession()
    {
    }

    /// <summary>Whether the session could be loaded, or is new. False only while Redis does not answer.</summary>
    public bool IsAvailable => throw new NotImplementedException();

    /// <summary>
    /// The public id: the SHA-256 of the secret one in base64url, as the inspector and <c>UserSessions</c> show it. Safe
    /// to show to the session's owner; opens nothing.
    /// </summary>
    public string Id => throw new NotImplementedException();

    /// <summary>Whether Redis has no record of this session yet. Such a session makes no key and no cookie until it is written to.</summary>
    public bool IsNew => throw new NotImplementedException();

    /// <summary>When the session ends if no further request comes; <see langword="null"/> while it is new.</summary>
    public DateTimeOffset? ExpiresAt => throw new NotImplementedException();

    /// <summary>The user who is signed in to this session; <see langword="null"/> for an anonymous one.</summary>
    public string? UserId => throw new NotImplementedException();

    /// <summary>
    /// How long this one session lives: <see cref="RedisSessionOptions.MaxAge"/> and persistent unless set. Setting it
    /// renews cookie and TTL with this response.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 second or more than 400 days.</exception>
    public SessionLifetime Lifetime
    {
        get => throw new NotImplementedException();
        set => throw new NotImplementedException();
    }

    /// <summary>The keys that have a value.</summary>
    public IEnumerable<string> Keys => throw new NotImplementedException();

    /// <summary>Reads a value; the array is the caller's own.</summary>
    public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value) => throw new NotImplementedException();

    /// <summary>Sets a value; the array is copied. Setting a key to what it already is writes nothing.</summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    /// <exception cref="SessionTooLargeException">The session would outgrow <see cref="RedisSessionOptions.MaxSize"/>.</exception>
    public void Set(string key, byte[] value) => throw new NotImplementedException();

    /// <summary>Removes a key.</summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public void Remove(string key) => throw new NotImplementedException();

    /// <summary>Removes every key this request knows of. The session, its id and who is signed in stay.</summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public void Clear() => throw new NotImplementedException();

    /// <summary>Reads a typed value and removes it: for messages that are shown once.</summary>
    /// <returns>The value, or the default where there is none.</returns>
    public T? Pop<T>(string key) => throw new NotImplementedException();

    /// <summary>Renews cookie and TTL with this response, whether or not that is due.</summary>
    public void Refresh() => throw new NotImplementedException();

    /// <summary>
    /// Gives the session a new id and keeps its data. <see cref="Id"/> is the new one at once; the record moves with the
    /// commit, in one step with the other changes, and from then on the old id is dead.
    /// </summary>
    public ValueTask RenewIdAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>
    /// Ends the session: the record goes, the cookie is cleared. What is written afterwards starts a new session with a
    /// new id.
    /// </summary>
    public void Destroy() => throw new NotImplementedException();

    /// <summary>Reads the record again from Redis and drops what this request has changed and not committed.</summary>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask ReloadAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Nothing to do where the session is loaded; tries again where loading had failed.</summary>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public Task LoadAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();

    /// <summary>Commits now instead of before the first byte. Further changes are committed again.</summary>
    /// <exception cref="SessionUnavailableException">Redis did not answer or refused; the request ends with a 503.</exception>
    public Task CommitAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
