using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

using Microsoft.Extensions.Logging;

using RespClient;

namespace RedisSessions.Inspector;

/// <summary>
/// The events for one listener: those of the stream, with an id to go on after, and the expired sessions, without.
/// </summary>
internal sealed class SessionEventFeed(
    SessionEventStream stream, SessionExpirations expirations, TimeProvider time, ILogger<SessionEventFeed> logger)
{
    // Proxies close a silent connection after a minute or less; a blocked read must not outlive the listener by long.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>What comes until cancelled. An event of kind <c>ping</c> without data says that nothing has come.</summary>
    public async IAsyncEnumerable<SseItem<SessionEvent?>> ListenAsync(
        string after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The first thing sent, so that the browser knows at once that it listens.
        yield return new SseItem<SessionEvent?>(null, "ping");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var events = Channel.CreateBounded<SseItem<SessionEvent?>>(256);
        var sources = Task.WhenAll(
            CopyAsync(token => FromStreamAsync(token), events.Writer, stop.Token),
            CopyAsync(expirations.ListenAsync, events.Writer, stop.Token));
        try
        {
            await foreach (var item in events.Reader.ReadAllAsync(cancellationToken))
            {
                yield return item;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await sources;
        }

        async IAsyncEnumerable<SseItem<SessionEvent?>> FromStreamAsync([EnumeratorCancellation] CancellationToken token)
        {
            await foreach (var entry in stream.ReadAsync(after, Silence, token))
            {
                // Remembered here, so that a source started again goes on where it was.
                after = entry?.Id ?? after;
                yield return entry is { } happened
                    ? new SseItem<SessionEvent?>(happened.Event, happened.Event.Kind) { EventId = happened.Id }
                    : new SseItem<SessionEvent?>(null, "ping");
            }
        }
    }

    // A Redis that is away for a while ends no listener: the source is asked again.
    private async Task CopyAsync(
        Func<CancellationToken, IAsyncEnumerable<SseItem<SessionEvent?>>> source,
        ChannelWriter<SseItem<SessionEvent?>> events,
        CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var item in source(cancellationToken))
                {
                    await events.WriteAsync(item, cancellationToken);
                }

                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (RedisException e)
            {
                logger.EventsUnreadable(e.Message);
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
