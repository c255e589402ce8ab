namespace RespClient.Connections;

/// <summary>
/// The pauses between attempts: short at first, growing by a quarter, so that the pause stays near a fifth of the
/// outage and a server that is back is found soon; jittered, so that a thousand clients do not knock together.
/// </summary>
internal static class Backoff
{
    private const double FirstMilliseconds = 10;
    private const double Growth = 1.25;

    /// <param name="attempt">How many attempts have failed, from 1.</param>
    /// <param name="most">The longest pause.</param>
    /// <param name="random">From 0 to 1.</param>
    public static TimeSpan PauseAfter(int attempt, TimeSpan most, double random)
    {
        var whole = Math.Min(FirstMilliseconds * Math.Pow(Growth, attempt - 1), most.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(whole * (0.5 + (random / 2)));
    }
}
