using System.Diagnostics;

namespace RedisSessions.Diagnostics;

/// <summary>Traces: one span for each load and each commit, under the source <c>RedisSessions</c>.</summary>
internal static class SessionActivity
{
    private static readonly ActivitySource Source = new("RedisSessions");

    /// <summary>Whether a span may be made at all.</summary>
    public static bool IsListenedTo => Source.HasListeners();

    public static Activity? StartLoad() => Source.StartActivity("session load", ActivityKind.Internal);

    public static Activity? StartCommit() => Source.StartActivity("session commit", ActivityKind.Internal);

    public static void Failed(Activity? activity, Exception exception)
    {
        activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
        activity?.SetTag("error.type", exception.GetType().FullName);
    }
}
