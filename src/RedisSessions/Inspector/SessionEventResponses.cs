using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace RedisSessions.Inspector;

/// <summary>
/// The events of one response, which ends: with the listener, with the application, and after a while, so that the
/// browser asks again and is authorised again.
/// </summary>
internal sealed class SessionEventResponses(
    SessionEventStream stream, SessionEventFeed feed, IOptions<SessionInspectorOptions> options, TimeProvider time, IHostApplicationLifetime application)
{
    /// <summary>Where a listener starts that has no event yet: here, before it is answered, so that nothing is missed.</summary>
    public ValueTask<string> StartAsync(CancellationToken cancellationToken) => stream.LastIdAsync(cancellationToken);

    public async IAsyncEnumerable<SseItem<SessionEvent?>> ListenAsync(
        string lastEventId, [EnumeratorCancellation] CancellationToken aborted)
    {
        using var timeout = new CancellationTokenSource(options.Value.StreamDuration, time);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(aborted, application.ApplicationStopping, timeout.Token);
        await using var events = feed.ListenAsync(lastEventId, done.Token).GetAsyncEnumerator(CancellationToken.None);
        while (await MoveAsync(events, done.Token))
        {
            yield return events.Current;
        }
    }

    // The end of the time, of the application or of the listener ends the response, and is no error.
    private static async ValueTask<bool> MoveAsync(IAsyncEnumerator<SseItem<SessionEvent?>> events, CancellationToken done)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            return false;
        }
    }
}
