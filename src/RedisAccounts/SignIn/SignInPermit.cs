namespace RedisAccounts.SignIn;

/// <summary>Whether a password may be tried now. Not allowed is an outcome, not an error.</summary>
public readonly record struct SignInPermit
{
    private SignInPermit(bool isAllowed, TimeSpan retryAfter, bool isKnownDevice)
    {
        IsAllowed = isAllowed;
        RetryAfter = retryAfter;
        IsKnownDevice = isKnownDevice;
    }

    /// <summary>Whether the password may be checked. Then the try is already counted as failed.</summary>
    public bool IsAllowed { get; }

    /// <summary>How long until a try is allowed, by Redis' clock, to the millisecond; zero when it is allowed.</summary>
    public TimeSpan RetryAfter { get; }

    /// <summary>The same in whole seconds, rounded up: what belongs in <c>Retry-After</c> and on the page.</summary>
    public int RetryAfterSeconds => (int)Math.Ceiling(RetryAfter.TotalSeconds);

    /// <summary>Whether the browser has signed in to this account before; it has a budget of its own.</summary>
    public bool IsKnownDevice { get; }

    internal static SignInPermit Allow(bool isKnownDevice) => new(true, TimeSpan.Zero, isKnownDevice);

    internal static SignInPermit Refuse(TimeSpan retryAfter, bool isKnownDevice) => new(false, retryAfter, isKnownDevice);
}
