namespace VerificationCodes.Outbox;

/// <summary>How long to wait before the next attempt: 2 s, 4 s, 8 s … up to a minute, each up to a quarter shorter by chance.</summary>
internal static class ResendDelay
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>The wait after an attempt.</summary>
    /// <param name="attempts">How many attempts have failed before this one, from 0.</param>
    /// <param name="chance">A random number from 0 to 1: messages that failed together do not come back together.</param>
    public static TimeSpan After(int attempts, double chance)
    {
        var doubled = attempts < 16 ? First * (1 << attempts) : Longest;
        return (doubled < Longest ? doubled : Longest) * (1 - chance / 4);
    }
}
