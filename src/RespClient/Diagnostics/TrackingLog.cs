using Microsoft.Extensions.Logging;

namespace RespClient.Diagnostics;

/// <summary>What a client-side cache has to say.</summary>
internal static partial class TrackingLog
{
    [LoggerMessage(EventId = 120, Level = LogLevel.Debug, Message = "Client-side caching is on (connection {Epoch})")]
    public static partial void CacheIsOn(ILogger logger, long epoch);

    [LoggerMessage(EventId = 121, Level = LogLevel.Warning, Message = "Client-side caching is off, every read goes to Redis: {Reason}")]
    public static partial void CacheIsOff(ILogger logger, string reason);

    [LoggerMessage(
        EventId = 122,
        Level = LogLevel.Information,
        Message = "The server sends no push right behind the reply to a script that writes, or refused the script: records are read again after each write")]
    public static partial void WritesAreReadAgain(ILogger logger);
}
