namespace VerificationCodes.Delivery;

/// <summary>A look at the outbox for the people who run the site. Only looks.</summary>
public interface IOutboxMonitor
{
    /// <summary>How much is in the outbox.</summary>
    /// <exception cref="VerificationUnavailableException">Redis is away.</exception>
    ValueTask<OutboxCounts> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>The newest messages that were given up, newest first; they are kept for 7 days, a thousand at most.</summary>
    /// <param name="count">How many at most: 1 to 1000; default 100.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="VerificationUnavailableException">Redis is away.</exception>
    ValueTask<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(int count = 100, CancellationToken cancellationToken = default);
}

/// <summary>How much is in the outbox.</summary>
/// <param name="Waiting">Messages to be sent now, or being sent.</param>
/// <param name="Delayed">Messages that failed and are tried again later.</param>
/// <param name="Dead">Messages given up.</param>
public sealed record OutboxCounts(long Waiting, long Delayed, long Dead);

/// <summary>A message that was given up.</summary>
/// <param name="At">When, by Redis' clock.</param>
/// <param name="To">The address or number, masked.</param>
/// <param name="Kind">The purpose of its code, or the kind of notice.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Reason">Why it was given up.</param>
public sealed record DeadLetter(DateTimeOffset At, string To, string Kind, int Attempts, string Reason);
