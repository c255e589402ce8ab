using Microsoft.Extensions.Logging;

namespace RedisSessions.Inspector;

/// <summary>What administrators did, and what became of events. Ids are cut to their start.</summary>
internal static partial class InspectorLog
{
    private const int ShownCharacters = 6;

    [LoggerMessage(200, LogLevel.Information, "{Administrator} ended session {Session} in the inspector.")]
    public static partial void Ended(this ILogger logger, string administrator, string session);

    [LoggerMessage(201, LogLevel.Information, "{Administrator} ended all {Count} sessions of a user in the inspector.")]
    public static partial void EndedAll(this ILogger logger, string administrator, int count);

    [LoggerMessage(202, LogLevel.Warning, "Events about sessions were lost: {Reason}")]
    public static partial void EventsLost(this ILogger logger, string reason);

    [LoggerMessage(203, LogLevel.Warning, "Events about sessions cannot be read, and are asked for again: {Reason}")]
    public static partial void EventsUnreadable(this ILogger logger, string reason);

    public static string Mask(string id) => id.Length <= ShownCharacters ? id : id[..ShownCharacters] + "…";
}
