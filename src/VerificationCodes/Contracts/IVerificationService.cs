using VerificationCodes.Addresses;

namespace VerificationCodes;

/// <summary>
/// Proves that a person owns an e-mail address or a phone number: sends a 6-digit code there and checks what the
/// person typed. In process this is the library itself; with <see cref="VerificationOptions.Remote"/> it is a client
/// of another process, with the same outcomes.
/// </summary>
/// <remarks>
/// Everything a user can run into is an outcome, not an exception. The limits live here: callers need no counters of
/// their own. Safe for concurrent use.
/// </remarks>
public interface IVerificationService
{
    /// <summary>
    /// Decides in one step whether a code may be sent now and, if so, queues it. The message leaves after this has
    /// returned; a mail server that is slow or away delays nothing here.
    /// </summary>
    /// <remarks>
    /// Asking again in the first half of a code's life sends the same code with its true remaining minutes; later a
    /// new code replaces it. If the owner should get another message (the address already has an account, or has
    /// none), set <see cref="IssueRequest.Instead"/>: every outcome, key and duration is the same, so nobody
    /// learns the difference, but no code exists that could be right.
    /// </remarks>
    /// <exception cref="VerificationUnavailableException">Redis, or the remote service, is away. Answer 503.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the code may have been sent.</exception>
    ValueTask<IssueOutcome> IssueAsync(IssueRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Checks a typed code, atomically: a right code is right once, a wrong one costs one of its tries (5), and after
    /// 20 misses of an address in 24 hours only the tries kept for fresh networks and known browsers are left.
    /// </summary>
    /// <exception cref="VerificationUnavailableException">Redis, or the remote service, is away. Answer 503.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the code may have been used up.</exception>
    ValueTask<ConfirmOutcome> ConfirmAsync(ConfirmRequest request, CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends every open code of an address, for every purpose and browser: after a change of password, or when the
    /// account is deleted.
    /// </summary>
    /// <exception cref="VerificationUnavailableException">Redis, or the remote service, is away. Answer 503.</exception>
    ValueTask CancelAsync(ContactAddress address, CancellationToken cancellationToken = default);
}
