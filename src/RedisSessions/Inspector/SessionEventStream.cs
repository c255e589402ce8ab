using System.Globalization;
using System.Runtime.CompilerServices;

using Microsoft.Extensions.Options;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;

namespace RedisSessions.Inspector;

/// <summary>
/// The events of all instances in one Redis stream, <c>SESSION-EVENTS</c>. A stream, not publish/subscribe: a listener
/// that was away goes on after the last event it has.
/// </summary>
internal sealed class SessionEventStream
{
    private const int EventsPerRead = 100;

    private static readonly LuaScript AppendScript = LuaScript.FromResource(typeof(SessionEventStream), "Append.lua");

    private readonly IRedisClient _redis;
    private readonly SessionInspectorOptions _options;
    private readonly string _key;

    public SessionEventStream(
        IRedisClient redis, IOptions<RedisSessionOptions> sessions, IOptions<SessionInspectorOptions> inspector)
    {
        _redis = redis;
        _options = inspector.Value;
        _key = sessions.Value.KeyPrefix.TrimEnd(':') + "-EVENTS";
    }

    public async ValueTask AppendAsync(string kind, string id, string? previousId, string? userId) =>
        await AppendScript.ExecuteAsync(
            _redis,
            [_key],
            [_options.EventsKept, (long)_options.EventLifetime.TotalMilliseconds, kind, id, previousId ?? "", userId ?? ""]);

    /// <summary>The id of the newest event; what comes after it is new to a listener who starts now.</summary>
    public async ValueTask<string> LastIdAsync(CancellationToken cancellationToken)
    {
        var reply = await _redis.ReadTaggedAsync("XREVRANGE", _key, ["+", "-", "COUNT", 1], cancellationToken);
        return reply.Items.IsEmpty ? "0-0" : reply.Items[0].Items[0].AsString()!;
    }

    /// <summary>
    /// The events after one, and then those that come, until cancelled; or null now and then where none comes, so that
    /// a listener that has gone is noticed.
    /// </summary>
    /// <param name="after">The id of the last event the listener has.</param>
    /// <param name="silence">How long to wait for one event.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<(string Id, SessionEvent Event)?> ReadAsync(
        string after, TimeSpan silence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            // A command that blocks: the client gives it a connection of its own.
            var reply = await _redis.ExecuteAsync(
                new RedisCommand(
                    "XREAD", "COUNT", EventsPerRead, "BLOCK", (long)silence.TotalMilliseconds, "STREAMS", _key, after),
                cancellationToken);
            if (reply.IsNull)
            {
                yield return null;
                continue;
            }

            foreach (var (id, happened) in Entries(reply))
            {
                after = id;
                yield return (id, happened);
            }
        }
    }

    /// <summary>Whether a text is the id of an event.</summary>
    public static bool IsId(string? text) =>
        text?.Split('-') is [var milliseconds, var sequence]
        && ulong.TryParse(milliseconds, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        && ulong.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    // One stream: RESP3 answers a map of one pair, RESP2 an array of one pair. An entry: [id, [field, value, ...]].
    private static List<(string Id, SessionEvent Event)> Entries(RespValue reply)
    {
        var entries = reply.Items.Length == 1 ? reply.Items[0].Items[1] : reply.Items[1];
        var events = new List<(string, SessionEvent)>(entries.Items.Length);
        foreach (var entry in entries.Items)
        {
            var id = entry.Items[0].AsString()!;
            var fields = entry.Items[1].Items;
            var at = long.Parse(id.AsSpan(0, id.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
            events.Add((id, new SessionEvent(
                Text(fields, "kind") ?? "", Text(fields, "id") ?? "", Text(fields, "previous"), Text(fields, "user"),
                DateTimeOffset.FromUnixTimeMilliseconds(at))));
        }

        return events;
    }

    private static string? Text(ReadOnlySpan<RespValue> fields, string name)
    {
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            if (fields[i].AsString() == name)
            {
                return fields[i + 1].AsString() is { Length: > 0 } text ? text : null;
            }
        }

        return null;
    }
}
