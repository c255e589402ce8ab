namespace RedisSessions;

/// <summary>
/// Redis did not answer, or refused. The middleware turns it into a 503 with <c>Retry-After</c>; a handler need not
/// catch it.
/// </summary>
public sealed class SessionUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What could not be done. Never an id or a value.</param>
    /// <param name="innerException">What the client reported.</param>
    public SessionUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

/// <summary>A write would make the session larger than <see cref="RedisSessionOptions.MaxSize"/>.</summary>
public sealed class SessionTooLargeException : InvalidOperationException
{
    internal SessionTooLargeException(string key, long valueSize, long sessionSize, int maxSize)
        : base($"Writing {valueSize} bytes under the key '{key}' makes the session {sessionSize} bytes; at most {maxSize} are allowed (Sessions:MaxSize).")
    {
        Key = key;
        SessionSize = sessionSize;
    }

    /// <summary>The key of the write that was refused.</summary>
    public string Key { get; }

    /// <summary>How many bytes the session would have had.</summary>
    public long SessionSize { get; }
}

/// <summary>
/// An <c>Update</c> met another value in Redis each time it tried, more often than it is allowed to. Nothing of the
/// request was committed. The middleware answers 503 with <c>Retry-After</c>.
/// </summary>
public sealed class SessionConflictException : Exception
{
    internal SessionConflictException(string key, int attempts)
        : base($"The session key '{key}' was changed by other requests during each of {attempts} attempts to update it.") => Key = key;

    /// <summary>The key that could not be updated.</summary>
    public string Key { get; }
}
