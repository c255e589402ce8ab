namespace RespClient.Diagnostics;

/// <summary>
/// Decides which failures are worth a line in the log, so that an outage is not logged once for each request. A
/// transient one is logged at once and then every ten seconds, with the number left out in between. A refusal that
/// stays until rights or configuration change is logged once, and again after it was not met for a minute.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class OutageNotes(TimeProvider time)
{
    private const int MostRefusals = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan GoneAfter = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Place, string Text), DateTimeOffset> _refusals = [];
    private DateTimeOffset _next = DateTimeOffset.MinValue;
    private int _untold;

    /// <summary>Notes a failure.</summary>
    /// <param name="place">What met it.</param>
    /// <param name="failure">The failure, or what wraps it.</param>
    /// <param name="untold">How many were left out since the last line; 0 for a refusal.</param>
    /// <returns>Whether to log it.</returns>
    public bool IsNews(string place, Exception failure, out int untold)
    {
        untold = 0;
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (RefusalIn(failure) is { } refusal)
            {
                return IsNewRefusal(place, refusal.Message, now);
            }

            if (now < _next)
            {
                _untold++;
                return false;
            }

            _next = now + Interval;
            (untold, _untold) = (_untold, 0);
            return true;
        }
    }

    /// <summary>Notes a refusal of another server than Redis that lasts until rights or configuration change.</summary>
    /// <param name="place">What met it.</param>
    /// <param name="refusal">What the server said.</param>
    /// <returns>Whether to log it.</returns>
    public bool IsNews(string place, string refusal)
    {
        lock (_gate)
        {
            return IsNewRefusal(place, refusal, time.GetUtcNow());
        }
    }

    /// <summary>The server's refusal behind a failure that lasts until rights or configuration change.</summary>
    /// <param name="failure">The failure, or what wraps it.</param>
    /// <returns><see langword="null"/>: it is another failure.</returns>
    /// <seealso cref="RedisErrorKinds.IsForbidden"/>
    public static RedisServerException? RefusalIn(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            if (e is RedisServerException refusal && refusal.Kind.IsForbidden())
            {
                return refusal;
            }
        }

        return null;
    }

    private bool IsNewRefusal(string place, string text, DateTimeOffset now)
    {
        var isKnown = _refusals.TryGetValue((place, text), out var last) && now - last < GoneAfter;
        if (_refusals.Count >= MostRefusals && !isKnown)
        {
            _refusals.Clear();
        }

        _refusals[(place, text)] = now;
        return !isKnown;
    }
}
