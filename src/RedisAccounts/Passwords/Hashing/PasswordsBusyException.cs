namespace RedisAccounts.Passwords.Hashing;

/// <summary>
/// More passwords arrive than the machine can hash. Nothing was compared and nothing was changed: answer 503 with
/// <c>Retry-After</c>.
/// </summary>
public sealed class PasswordsBusyException : Exception
{
    internal PasswordsBusyException()
        : base("More passwords arrive at this moment than can be hashed. Try again in a few seconds.")
    {
    }

    /// <summary>After how long to try again: whole seconds.</summary>
    public TimeSpan RetryAfter { get; } = TimeSpan.FromSeconds(2);
}
