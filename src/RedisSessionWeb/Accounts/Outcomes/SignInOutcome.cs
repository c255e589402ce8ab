using RedisAccounts;

namespace RedisSessionWeb.Accounts.Outcomes;

/// <summary>How a try with a password ended.</summary>
internal enum SignInStatus
{
    /// <summary>Right.</summary>
    Right,

    /// <summary>No such account, or not its password: the answer is the same.</summary>
    Wrong,

    /// <summary>Too many tries: nothing was compared. 429, <see cref="SignInOutcome.RetryAfter"/>.</summary>
    Limited,
}

/// <param name="Status">How it ended.</param>
/// <param name="RetryAfter">When limited: how long to wait, in whole seconds. Otherwise zero.</param>
/// <param name="Account">When right: whose password it was. Otherwise <see langword="null"/>.</param>
internal readonly record struct SignInOutcome(SignInStatus Status, TimeSpan RetryAfter = default, Account? Account = null)
{
    public bool IsRight => Status == SignInStatus.Right;
}
