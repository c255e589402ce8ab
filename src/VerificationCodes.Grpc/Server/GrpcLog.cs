using Microsoft.Extensions.Logging;

namespace VerificationCodes.Grpc.Server;

/// <summary>What the service for other processes writes to the log.</summary>
internal static partial class GrpcLog
{
    [LoggerMessage(14, LogLevel.Information, "Verification service for other processes on {Address}")]
    public static partial void Serving(this ILogger log, string address);

    [LoggerMessage(15, LogLevel.Error, "Call of {Path} failed: {Error}")]
    public static partial void CallFailed(this ILogger log, string? path, string error);

    [LoggerMessage(18, LogLevel.Debug, "Caller of {Path} hung up")]
    public static partial void CallerHungUp(this ILogger log, string? path);

    [LoggerMessage(19, LogLevel.Error, "Redis refuses, and calls are answered 'not available' until its rights (ACL) or its configuration are changed; no restart is needed: {Reason}")]
    public static partial void CallsRefused(this ILogger log, string reason);

    [LoggerMessage(20, LogLevel.Warning, "Redis is away, and calls are answered 'not available': {Reason} ({Untold} more since the last such line)")]
    public static partial void CallsUnavailable(this ILogger log, string reason, int untold);
}
