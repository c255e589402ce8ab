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

    /// <summary>How often the connection was lost and the subscription renewed: each time messages may have been missed.</summary>
    public long Interruptions => Interlocked.Read(ref _interruptions);

    internal SubscriptionName Name { get; }

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
