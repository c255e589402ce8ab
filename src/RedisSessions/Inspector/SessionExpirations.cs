using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

using RedisSessions.Request;

using RespClient;

namespace RedisSessions.Inspector;

/// <summary>
/// The sessions that expire, as Redis tells it where its keyspace notifications are on
/// (<c>notify-keyspace-events</c> with <c>E</c> and <c>x</c>); nothing where they are off. Sent to those who listen at
/// the moment, and not kept.
/// </summary>
internal sealed class SessionExpirations(IRedisClient redis, SessionRuntime sessions, TimeProvider time)
{
    private const string Pattern = "__keyevent@*__:expired";

    public async IAsyncEnumerable<SseItem<SessionEvent?>> ListenAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Another client behind the interface may have no way to subscribe: then expired sessions are not reported.
        if (redis is not RedisClient client)
        {
            yield break;
        }

        await using var expired = await client.SubscribePatternAsync(Pattern, cancellationToken: cancellationToken);
        await foreach (var message in expired.WithCancellation(cancellationToken))
        {
            if (sessions.Keys.PublicId(message.Text) is { } id)
            {
                yield return new SseItem<SessionEvent?>(
                    new SessionEvent(SessionEvent.Expired, id, PreviousId: null, UserId: null, time.GetUtcNow()), SessionEvent.Expired);
            }
        }
    }
}
