using RespClient.PubSub;
using RespClient.Stress.Results;

namespace RespClient.Stress.Worlds;

/// <summary>Channels to which callers publish, and those who listen: each message must name the channel it comes from.</summary>
/// <param name="world">Where.</param>
internal sealed class Channels(World world)
{
    private const int Count = 4;
    private const int Capacity = 1 << 16;
    private const int Attempts = 100;
    private const string Kind = "message";

    private readonly List<RedisSubscription> _subscriptions = [];
    private readonly List<Task> _listening = [];

    public string Pick(Random random) => Name(random.Next(Count));

    /// <summary>Listens to each channel, and to all of them by their pattern.</summary>
    public async Task ListenAsync()
    {
        for (var index = 0; index < Count; index++)
        {
            var name = Name(index);
            Start(await ConfirmedAsync(() => world.Client.SubscribeAsync(name, Capacity)), name);
        }

        Start(await ConfirmedAsync(() => world.Client.SubscribePatternAsync($"{world.Prefix}channel.*", Capacity)), null);
    }

    /// <summary>Stops listening: the enumerations end after what has arrived.</summary>
    public async Task EndAsync()
    {
        foreach (var subscription in _subscriptions)
        {
            await subscription.DisposeAsync();
        }
    }

    /// <summary>Ends when nobody listens any more.</summary>
    public Task WhenEnded() => Task.WhenAll(_listening);

    private string Name(int index) => $"{world.Prefix}channel.{index}";

    /// <summary>Where time-outs are short, a busy machine needs more than one attempt.</summary>
    private static async Task<RedisSubscription> ConfirmedAsync(Func<Task<RedisSubscription>> subscribe)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await subscribe();
            }
            catch (RedisTimeoutException) when (attempt < Attempts)
            {
                // Once more.
            }
        }
    }

    private void Start(RedisSubscription subscription, string? channel)
    {
        _subscriptions.Add(subscription);
        _listening.Add(ListenAsync(subscription, channel));
    }

    private async Task ListenAsync(RedisSubscription subscription, string? channel)
    {
        await foreach (var message in subscription)
        {
            var isRight = (channel is null || message.Channel == channel) && message.Text.StartsWith($"{message.Channel}=", StringComparison.Ordinal);
            world.Count(Kind, isRight ? Outcome.Right : Outcome.Foreign);
            if (!isRight)
            {
                world.Fail(Kind, $"{channel ?? "a message"}=…", $"{message.Channel}: {message.Text}");
            }
        }
    }
}
