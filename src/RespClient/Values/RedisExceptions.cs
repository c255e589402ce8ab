namespace RespClient;

/// <summary>What is known about a command that ended in an exception.</summary>
public enum CommandOutcome
{
    /// <summary>Nothing of the command reached the server: it did not run, and sending it again is safe.</summary>
    NotSent,

    /// <summary>
    /// The command was written, in whole or in part, and no reply came: it may have run or not. Of a transaction also: a
    /// part of it has run.
    /// </summary>
    OutcomeUnknown,

    /// <summary>The server answered with an error: the command did not run, or says how far it came.</summary>
    Refused,
}

/// <summary>The base of everything that goes wrong between this client and Redis. Never carries argument values.</summary>
public abstract class RedisException : Exception
{
    private protected RedisException(string message, CommandOutcome outcome, Exception? innerException = null)
        : base(message, innerException) => Outcome = outcome;

    /// <summary>Whether the command can have run.</summary>
    public CommandOutcome Outcome { get; }
}

/// <summary>The server answered with an error reply.</summary>
public sealed class RedisServerException : RedisException
{
    /// <summary>Creates the exception from an error reply.</summary>
    /// <param name="message">
    /// The error as the server sent it, such as <c>WRONGTYPE Operation against …</c>. The arguments that a server repeats
    /// after an unknown command are cut off: a password may be among them.
    /// </param>
    public RedisServerException(string message)
        : base(WithoutArguments(message), CommandOutcome.Refused) => Kind = RedisErrorKinds.Parse(message);

    /// <summary>An error reply although something has run.</summary>
    internal RedisServerException(string error, CommandOutcome outcome, string message)
        : base(message, outcome) => Kind = RedisErrorKinds.Parse(error);

    /// <summary>The kind of the error; tells whether a retry helps.</summary>
    public RedisErrorKind Kind { get; }

    private static string WithoutArguments(string message) =>
        message is not null && message.StartsWith("ERR unknown", StringComparison.Ordinal)
            && message.IndexOf(", with args", StringComparison.Ordinal) is var end and > 0
            ? message[..end]
            : message!;
}

/// <summary>There is no connection, or it was lost while the command waited.</summary>
public sealed class RedisConnectionException : RedisException
{
    /// <summary>Creates the exception.</summary>
    public RedisConnectionException(string message, CommandOutcome outcome, Exception? innerException = null)
        : base(message, outcome, innerException)
    {
    }
}

/// <summary>No reply came within the command's time-out.</summary>
public sealed class RedisTimeoutException : RedisException
{
    /// <summary>Creates the exception.</summary>
    public RedisTimeoutException(string message, CommandOutcome outcome)
        : base(message, outcome)
    {
    }
}

/// <summary>
/// The server sent bytes that are not RESP, or replies that are out of step with the commands: the connection is closed. Or a
/// reply is beyond the configured limits: it was passed over, and the connection goes on.
/// </summary>
public sealed class RedisProtocolException : RedisException
{
    /// <summary>Creates the exception.</summary>
    public RedisProtocolException(string message)
        : this(message, null)
    {
    }

    /// <param name="message">The message for the caller.</param>
    /// <param name="cause">What was noticed, where it matters to this client.</param>
    internal RedisProtocolException(string message, Exception? cause)
        : base(message, CommandOutcome.OutcomeUnknown, cause)
    {
    }
}

/// <summary>A reply has another type than the caller asked for.</summary>
public sealed class RedisReplyTypeException : RedisException
{
    /// <summary>Creates the exception.</summary>
    public RedisReplyTypeException(string message)
        : base(message, CommandOutcome.Refused)
    {
    }
}
