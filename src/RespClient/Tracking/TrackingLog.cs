using Microsoft.Extensions.Logging;

namespace RespClient.Tracking;

/// <summary>What a client-side cache logs.</summary>
internal static partial class TrackingLog
{
    [LoggerMessage(120, LogLevel.Debug, "Client-side caching is on (connection {Epoch})")]
    public static partial void CacheIsOn(this ILogger logger, long epoch);

    [LoggerMessage(121, LogLevel.Warning, "Client-side caching is off, every read goes to Redis: {Reason}")]
    public static partial void CacheIsOff(this ILogger logger, string reason);

    [LoggerMessage(122, LogLevel.Information, "What is written is read again before it is kept: {Reason}")]
    public static partial void WritesAreReadAgain(this ILogger logger, string reason);
}
