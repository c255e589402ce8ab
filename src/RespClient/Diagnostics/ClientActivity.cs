using System.Diagnostics;

using RespClient.Protocol;

namespace RespClient.Diagnostics;

/// <summary>One span for each command, under the source <c>RespClient</c>, while somebody listens. Never has keys or values.</summary>
internal static class ClientActivity
{
    private static readonly ActivitySource Source = new(ClientMetrics.Name);

    public static bool HasListeners => Source.HasListeners();

    public static async ValueTask<RespValue> TraceAsync(string command, Func<ValueTask<RespValue>> execute)
    {
        using var activity = Source.StartActivity(command, ActivityKind.Client);
        activity?.SetTag("db.system.name", "redis").SetTag("db.operation.name", command);
        try
        {
            return await execute();
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", e is RedisServerException server ? server.Kind.ToString() : e.GetType().Name);
            throw;
        }
    }
}
