namespace RespClient.PubSub;

/// <summary>
/// What the server was asked for on one connection: what of it has still to be written, and what of it is not answered
/// yet, both in the order of the asking. Not for concurrent use.
/// </summary>
internal sealed class SubscriptionRequests
{
    private readonly List<RedisCommand> _unsent = [];
    private readonly List<(SubscriptionName Name, bool Subscribes)> _unanswered = [];

    public void Subscribe(SubscriptionName name)
    {
        _unsent.Add(new RedisCommand(name.SubscribeCommand, name.Text));
        _unanswered.Add((name, true));
    }

    public void Unsubscribe(SubscriptionName name)
    {
        _unsent.Add(new RedisCommand(name.UnsubscribeCommand, name.Text));
        _unanswered.Add((name, false));
    }

    /// <summary>Asks for a sign of life.</summary>
    public void Ping() => _unsent.Add(new RedisCommand("PING"));

    /// <summary>What is to be written now.</summary>
    public RedisCommand[] TakeUnsent()
    {
        RedisCommand[] unsent = [.. _unsent];
        _unsent.Clear();
        return unsent;
    }

    /// <summary>The server has subscribed. False: it was asked again since, and that answer counts.</summary>
    public bool OnSubscribed(SubscriptionName name)
    {
        _unanswered.Remove((name, true));
        return !IsSubscribing(name);
    }

    /// <summary>The server has unsubscribed. False: it was not asked to.</summary>
    public bool OnUnsubscribed(SubscriptionName name) => _unanswered.Remove((name, false));

    /// <summary>
    /// The server has refused, which is the answer to the oldest request without one; false: there is none.
    /// </summary>
    /// <param name="subscribing">The name that it was asked to subscribe to; null: it was asked to unsubscribe.</param>
    public bool OnRefused(out SubscriptionName? subscribing)
    {
        subscribing = null;
        if (_unanswered.Count == 0)
        {
            return false;
        }

        var (name, subscribes) = _unanswered[0];
        _unanswered.RemoveAt(0);
        subscribing = subscribes ? name : null;
        return true;
    }

    /// <summary>Whether the server was asked to subscribe and has not answered.</summary>
    public bool IsSubscribing(SubscriptionName name) => _unanswered.Contains((name, true));

    /// <summary>The connection is gone, and no answer comes.</summary>
    public void Clear()
    {
        _unsent.Clear();
        _unanswered.Clear();
    }
}
