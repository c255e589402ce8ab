using Microsoft.Extensions.Logging;

namespace RespClient.Diagnostics;

/// <summary>What a client-side cache logs.</summary>
internal static partial class TrackingLog
{
    [LoggerMessage(EventId = 120, Level = LogLevel.Debug, Message = "Client-side caching is on (connection {Epoch})")]
    public static partial void CacheIsOn(ILogger logger, long epoch);

    [LoggerMessage(EventId = 121, Level = LogLevel.Warning, Message = "Client-side caching is off, every read goes to Redis: {Reason}")]
    public static partial void CacheIsOff(ILogger logger, string reason);

    [LoggerMessage(EventId = 122, Level = LogLevel.Information, Message = "What is written is read again before it is kept: {Reason}")]
    public static partial void WritesAreReadAgain(ILogger logger, string reason);
}
