using System.Threading.Channels;

namespace RespClient.PubSub;

/// <summary>
/// The messages of a channel or pattern, from the moment the server confirmed it. Enumerate it once; dispose it to
/// unsubscribe. It outlives lost connections: it is subscribed again, and what was published in between is not delivered.
/// </summary>
public sealed class RedisSubscription : IAsyncEnumerable<RedisMessage>, IAsyncDisposable
{
    private readonly SubscriptionHub _hub;
    private readonly Channel<RedisMessage> _messages;
    private long _dropped;
    private long _interruptions;

    internal RedisSubscription(SubscriptionHub hub, SubscriptionName name, int capacity)
    {
        _hub = hub;
        Name = name;
        _messages = Channel.CreateBounded<RedisMessage>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true },
            _ => Interlocked.Increment(ref _dropped));
    }

    /// <summary>How many messages were dropped because the reader was too slow: the oldest go first.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>
    /// How often messages may have been missed since the server first confirmed the subscription. Counted are: each loss
    /// of the connection that subscriptions share, also of one that was lost again before the server had renewed the
    /// subscription; and each time the server ended the subscription without being asked. Not counted are attempts to
    /// connect that failed, since the loss before them was. It is counted when it is noticed, before the renewal.
    /// </summary>
    public long Interruptions => Interlocked.Read(ref _interruptions);

    internal SubscriptionName Name { get; }

    /// <summary>Whether the server has ever confirmed it; guarded by the hub's lock.</summary>
    internal bool WasConfirmed { get; set; }

    /// <inheritdoc/>
    public IAsyncEnumerator<RedisMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _messages.Reader.ReadAllAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

    /// <summary>Unsubscribes; an enumeration ends after the messages that have arrived.</summary>
    public async ValueTask DisposeAsync()
    {
        _messages.Writer.TryComplete();
        await _hub.RemoveAsync(this);
    }

    internal void Deliver(RedisMessage message) => _messages.Writer.TryWrite(message);

    internal void NoteInterruption() => Interlocked.Increment(ref _interruptions);

    internal void Complete() => _messages.Writer.TryComplete();
}
