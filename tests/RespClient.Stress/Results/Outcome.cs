namespace RespClient.Stress.Results;

/// <summary>How a call ended.</summary>
public enum Outcome
{
    /// <summary>With the reply that its caller must get.</summary>
    Right,

    /// <summary>Its caller cancelled.</summary>
    Cancelled,

    /// <summary>No reply came in time.</summary>
    TimedOut,

    /// <summary>Its connection was lost: it may have run.</summary>
    Lost,

    /// <summary>It was not sent: no connection, no room, or the client was disposed of.</summary>
    Refused,

    /// <summary>With what its caller must never get: somebody else's reply, error or element, or a broken wire.</summary>
    Foreign,
}
