using Microsoft.Extensions.Logging;

namespace RespClient.Diagnostics;

/// <summary>What the client logs: end points, epochs and reasons, never keys or values.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(1, LogLevel.Information, "Connected to {EndPoint} (epoch {Epoch}, RESP{Protocol}).")]
    public static partial void Connected(this ILogger logger, string endPoint, long epoch, int protocol);

    [LoggerMessage(2, LogLevel.Warning, "Lost the connection to {EndPoint} (epoch {Epoch}): {Reason}")]
    public static partial void Lost(this ILogger logger, string endPoint, long epoch, string reason);

    [LoggerMessage(3, LogLevel.Warning, "Cannot connect to {EndPoint} (attempt {Attempt}): {Reason}")]
    public static partial void CannotConnect(this ILogger logger, string endPoint, int attempt, string reason);

    [LoggerMessage(4, LogLevel.Warning, "Subscriptions at {EndPoint} are interrupted: {Reason}")]
    public static partial void SubscriptionsInterrupted(this ILogger logger, string endPoint, string reason);

    [LoggerMessage(5, LogLevel.Warning, "The user at {EndPoint} may neither PING nor ECHO: it cannot be checked that replies are in step with commands.")]
    public static partial void CannotCheckStep(this ILogger logger, string endPoint);

    [LoggerMessage(6, LogLevel.Critical, "A reply from {EndPoint} (epoch {Epoch}) was that to another command. The connection was dropped, and nothing that was in flight on it was believed. Look for a proxy or a server that loses or repeats replies.")]
    public static partial void ForeignReply(this ILogger logger, string endPoint, long epoch);
}
