namespace RedisAccounts.SignIn;

/// <summary>
/// The budgets of failed sign-ins. In configuration under <c>Accounts:SignIn</c>. Each budget allows some failures at
/// once; after them the wait before the next try doubles from <see cref="FirstDelay"/> up to the budget's longest
/// wait, and one failure is forgotten after each longest wait.
/// </summary>
public sealed class SignInThrottleOptions
{
    /// <summary>
    /// Failures without a wait of one account from one network (an IPv4 address or an IPv6 /64), or from one
    /// browser that has signed in to the account before. Default 5, 1 to 100.
    /// </summary>
    public int FreeFailures { get; set; } = 5;

    /// <summary>Failures without a wait of one network over all accounts. Default 50, 1 to 10,000.</summary>
    public int FreeFailuresPerNetwork { get; set; } = 50;

    /// <summary>
    /// Failures without a wait of one account over all networks and all browsers unknown to it. Default 20, 1 to 1,000.
    /// </summary>
    public int FreeFailuresPerAccount { get; set; } = 20;

    /// <summary>The first wait once a budget is used up; each further failure doubles it. Default 2 s, 100 ms to 1 h.</summary>
    public TimeSpan FirstDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The longest wait of one account from one network or browser. Default 15 min (96 tries a day), at least
    /// <see cref="FirstDelay"/>, at most 24 h.
    /// </summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// The longest wait of one network over all accounts, and of one account over all unknown browsers: these only
    /// slow, so that a stranger's failures lock no one out. Default 1 min, at least <see cref="FirstDelay"/>, at most
    /// 1 h.
    /// </summary>
    public TimeSpan MaxSharedDelay { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long an account remembers a browser that has signed in to it, from its last sign-in. Default 180 days,
    /// 1 to 400 days (browsers keep no cookie for longer).
    /// </summary>
    public TimeSpan DeviceLifetime { get; set; } = TimeSpan.FromDays(180);
}
