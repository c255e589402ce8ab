namespace RespClient.Tracking;

/// <summary>
/// The rules that keep a cached record right. All hold, always; a test breaks one on purpose to show that it would be
/// noticed.
/// </summary>
internal sealed record TrackingRules
{
    public static TrackingRules All { get; } = new();

    /// <summary>1. Nothing is kept before the server has confirmed that it tracks.</summary>
    public bool TrackBeforeFill { get; init; } = true;

    /// <summary>2. Records are kept on the reader loop, in the order of the wire, before waiters go on.</summary>
    public bool FillOnReaderLoop { get; init; } = true;

    /// <summary>2. Misses of one key are one read.</summary>
    public bool JoinReads { get; init; } = true;

    /// <summary>3. A push removes the record, a null push every record.</summary>
    public bool HeedPushes { get; init; } = true;

    /// <summary>3. A push poisons a read that is under way.</summary>
    public bool PoisonReads { get; init; } = true;

    /// <summary>4. The reply to an own write takes the record away, or puts the one written in its place.</summary>
    public bool HeedOwnReplies { get; init; } = true;

    /// <summary>4. Written records are kept once the server has shown that the push of a write follows its reply.</summary>
    public bool ProveOwnPushes { get; init; } = true;

    /// <summary>4. A write that is not followed on the wire marks its key before it is queued.</summary>
    public bool MarkOwnWrites { get; init; } = true;

    /// <summary>5. A lost connection drops everything.</summary>
    public bool DropOnDisconnect { get; init; } = true;

    /// <summary>6. A hit is served only while the server's newest answer is recent.</summary>
    public bool BoundStaleness { get; init; } = true;

    /// <summary>7. A record ends at its own deadline, whether the server says so or not.</summary>
    public bool HonourDeadlines { get; init; } = true;

    /// <summary>7. The records together are bounded in bytes.</summary>
    public bool BoundBytes { get; init; } = true;
}
