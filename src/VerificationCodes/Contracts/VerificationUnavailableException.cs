namespace VerificationCodes;

/// <summary>
/// The service cannot answer now: Redis is away, or the remote verification service is. Nothing about the request was
/// wrong; answer 503 with Retry-After. Carries no address and no code.
/// </summary>
public sealed class VerificationUnavailableException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is away.</param>
    /// <param name="innerException">Why, or <see langword="null"/>.</param>
    public VerificationUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
