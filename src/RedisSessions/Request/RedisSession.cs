using System.Diagnostics.CodeAnalysis;

using Microsoft.AspNetCore.Http;

using RedisSessions.Request;

namespace RedisSessions;

/// <summary>
/// The session of one request: the standard <see cref="ISession"/>, and what this library adds to it. Loaded before the
/// handler runs, so every member answers from memory; committed in one step before the first byte of the response.
/// Belongs to one request and is not safe for concurrent use.
/// </summary>
/// <remarks>
/// While Redis does not answer, every member but <see cref="IsAvailable"/> throws <see cref="SessionUnavailableException"/>,
/// unless the endpoint or <see cref="RedisSessionOptions.WhenUnavailable"/> lets the request run without its session.
/// </remarks>
public sealed class RedisSession : ISession
{
    internal RedisSession(SessionState state) => State = state;

    /// <summary>Whether the session could be loaded, or is new. False only while Redis does not answer.</summary>
    public bool IsAvailable => State.IsAvailable;

    /// <summary>
    /// The public id: the SHA-256 of the secret one in base64url, as the inspector and <c>UserSessions</c> show it. Safe
    /// to show to the session's owner; opens nothing.
    /// </summary>
    public string Id
    {
        get
        {
            State.EnsureReadable();
            return State.PublicId;
        }
    }

    /// <summary>
    /// A secret that only the holder of this session's cookie brings along: derived from the secret id, and kept nowhere.
    /// Bind to it what must not be usable by anyone who reads Redis. A new id (sign-in, <see cref="RenewIdAsync"/>) gives
    /// a new secret.
    /// </summary>
    /// <param name="purpose">What it is for: each purpose has a secret of its own.</param>
    /// <returns>256 bits in base64url, 43 characters. Never log, show or keep it.</returns>
    public string DeriveSecret(string purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        State.EnsureReadable();
        return State.SecretId.Derive(purpose);
    }

    /// <summary>Whether Redis has no record of this session yet. Such a session makes no key and no cookie until it is written to.</summary>
    public bool IsNew
    {
        get
        {
            State.EnsureReadable();
            return State.Record is null;
        }
    }

    /// <summary>When the session ends if no further request comes; <see langword="null"/> while it is new.</summary>
    public DateTimeOffset? ExpiresAt
    {
        get
        {
            State.EnsureReadable();
            return State.Record?.ExpiresAt;
        }
    }

    /// <summary>The user who is signed in to this session; <see langword="null"/> for an anonymous one, and for a principal without a <c>NameIdentifier</c> claim.</summary>
    public string? UserId
    {
        get
        {
            State.EnsureReadable();
            return State.Identity is { UserId.Length: > 0 } who ? who.UserId : null;
        }
    }

    /// <summary>
    /// How long this one session lives: <see cref="RedisSessionOptions.MaxAge"/> and persistent unless set. Setting it
    /// renews cookie and TTL with this response.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 second or more than 400 days.</exception>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public SessionLifetime Lifetime
    {
        get => State.Lifetime;
        set
        {
            SessionLifetime.Check(value, nameof(value));
            State.SetLifetime(value);
        }
    }

    /// <summary>The keys that have a value.</summary>
    public IEnumerable<string> Keys
    {
        get
        {
            State.EnsureReadable();
            return State.ValueKeys;
        }
    }

    /// <summary>Reads a value; the array is the caller's own.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">A copy of the value; <see langword="null"/> where there is none.</param>
    public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value)
    {
        value = State.Peek(key)?.ToArray();
        return value is not null;
    }

    /// <summary>Sets a value; the array is copied. Setting a key to what it already is writes nothing.</summary>
    /// <exception cref="ArgumentException">The key has half a surrogate pair: it is no text, and two such keys would become one field.</exception>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    /// <exception cref="SessionTooLargeException">The session would outgrow <see cref="RedisSessionOptions.MaxSize"/>.</exception>
    public void Set(string key, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        State.Put(key, value.AsSpan().ToArray());
    }

    /// <summary>Removes a key.</summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public void Remove(string key) => State.Put(key, null);

    /// <summary>Removes every key this request knows of. The session, its id and who is signed in stay.</summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public void Clear()
    {
        State.EnsureWritable();
        foreach (var key in Keys.ToArray())
        {
            State.Put(key, null);
        }
    }

    /// <summary>Reads a typed value and removes it: for messages that are shown once.</summary>
    /// <returns>The value, or the default where there is none.</returns>
    /// <exception cref="InvalidOperationException">The response has started, or what is kept there is not a <typeparamref name="T"/>.</exception>
    public T? Pop<T>(string key)
    {
        var value = State.Peek(key) is { } bytes ? JsonValue.Read<T>(key, bytes.Span) : default;
        Remove(key);
        return value;
    }

    /// <summary>Renews cookie and TTL with this response, whether or not that is due. Nothing to do for a new session.</summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public void Refresh() => State.Refresh();

    /// <summary>
    /// Gives the session a new id and keeps its data. <see cref="Id"/> is the new one at once; the record moves with the
    /// commit, in one step with the other changes, and from then on the old id is dead. If the handler throws, nothing
    /// has moved and the old id is still good.
    /// </summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public async ValueTask RenewIdAsync(CancellationToken cancellationToken = default)
    {
        await State.LoadAgainAsync(cancellationToken);
        State.TakeNewId();
    }

    /// <summary>
    /// Ends the session: the record goes, the cookie is cleared. What is written afterwards starts a new session with a
    /// new id.
    /// </summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public void Destroy() => State.Destroy();

    /// <summary>Reads the record again from Redis and drops what this request has changed and not committed.</summary>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public ValueTask ReloadAsync(CancellationToken cancellationToken = default) => State.ReloadAsync(cancellationToken);

    /// <summary>Nothing to do where the session is loaded; tries again where loading had failed.</summary>
    /// <exception cref="SessionUnavailableException">Redis did not answer.</exception>
    public Task LoadAsync(CancellationToken cancellationToken = default) => State.LoadAgainAsync(cancellationToken).AsTask();

    /// <summary>Commits now instead of before the first byte. Further changes are committed again.</summary>
    /// <param name="cancellationToken">Not looked at: a commit is whole or not at all.</param>
    /// <exception cref="SessionUnavailableException">Redis did not answer or refused; the request ends with a 503.</exception>
    public Task CommitAsync(CancellationToken cancellationToken = default)
    {
        State.EnsureReadable();
        return State.CommitAsync().AsTask();
    }

    internal SessionState State { get; }
}
