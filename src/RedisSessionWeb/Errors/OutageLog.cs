namespace RedisSessionWeb.Errors;

/// <summary>
/// Says that a store is away: at once, and then every ten seconds with how many requests have failed meanwhile. Each
/// with its stack would bury what else happens that night.
/// </summary>
internal sealed partial class OutageLog(ILogger<OutageLog> logger, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private DateTimeOffset _next = DateTimeOffset.MinValue;
    private int _untold;

    public void Tell(Exception outage)
    {
        int untold;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (now < _next)
            {
                _untold++;
                return;
            }

            _next = now + s_interval;
            untold = _untold;
            _untold = 0;
        }

        LogOutage(outage.GetType().Name, outage.Message, untold);
    }

    [LoggerMessage(1, LogLevel.Warning, "A store is away, and requests that need it get a 503: {Error}: {Reason} ({Untold} more since the last such line.)")]
    private partial void LogOutage(string error, string reason, int untold);
}
