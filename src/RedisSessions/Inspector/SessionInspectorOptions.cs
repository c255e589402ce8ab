namespace RedisSessions.Inspector;

/// <summary>What the inspector shows, and for how long it keeps events. Set it in <c>AddSessionInspector</c>.</summary>
public sealed class SessionInspectorOptions
{
    /// <summary>
    /// Says of a session key whether its value is shown. Default: none is; the inspector tells each value's kind and
    /// size. Values that a person typed or that open something do not belong on an administrator's screen.
    /// </summary>
    public Func<string, bool> ShowsValue { get; set; } = _ => false;

    /// <summary>The longest value shown, in characters; the rest is cut. Default 2048, 16 to 65,536.</summary>
    public int MaxValueLength { get; set; } = 2048;

    /// <summary>
    /// About how many events are kept for listeners who come back after an interruption. Default 10,000, 100 to
    /// 1,000,000; they take about 200 bytes each in Redis.
    /// </summary>
    public int EventsKept { get; set; } = 10_000;

    /// <summary>How long events are kept after the last one. Default 1 h, 1 min to 7 days.</summary>
    public TimeSpan EventLifetime { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long one stream of events lasts before the browser must ask again, and is authorised again. Default 5 min,
    /// 1 s to 1 h. Nothing is missed: the browser goes on after the last event it got.
    /// </summary>
    public TimeSpan StreamDuration { get; set; } = TimeSpan.FromMinutes(5);
}
