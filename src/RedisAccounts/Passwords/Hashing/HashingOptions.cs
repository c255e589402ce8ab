namespace RedisAccounts.Passwords.Hashing;

/// <summary>
/// How much of the machine passwords may take. In configuration under <c>Accounts:Hashing</c>. A hash takes a tenth of a
/// second of a processor: what asks for more than these bounds is refused with <see cref="PasswordsBusyException"/>.
/// </summary>
public sealed class HashingOptions
{
    /// <summary>How many passwords are hashed at once. Default 0: one for each processor. At most 1,000.</summary>
    public int Places { get; set; }

    /// <summary>
    /// How many may wait for each place. Default 16 (about 1.6 s with the default iterations), 1 to 1,000. One network, an
    /// IPv4 address or an IPv6 /64, can have a quarter of them.
    /// </summary>
    public int WaitingPerPlace { get; set; } = 16;

    /// <summary>The longest wait for a place. Default 5 s, 100 ms to 1 min.</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(5);
}
