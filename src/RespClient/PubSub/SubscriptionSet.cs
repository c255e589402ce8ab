namespace RespClient.PubSub;

/// <summary>What is subscribed to: a channel, or a pattern of channels.</summary>
internal readonly record struct SubscriptionName(string Text, bool IsPattern)
{
    public string SubscribeCommand => IsPattern ? "PSUBSCRIBE" : "SUBSCRIBE";

    public string UnsubscribeCommand => IsPattern ? "PUNSUBSCRIBE" : "UNSUBSCRIBE";
}

/// <summary>Who wants which channel, and which the server has confirmed on this connection. Pure state; not for concurrent use.</summary>
internal sealed class SubscriptionSet
{
    private readonly Dictionary<SubscriptionName, Entry> _entries = [];

    public bool IsEmpty => _entries.Count == 0;

    public IReadOnlyCollection<SubscriptionName> Names => _entries.Keys;

    public IEnumerable<RedisSubscription> All => _entries.Values.SelectMany(entry => entry.Subscribers);

    /// <summary>True: it is the first of its name, and the server must be told.</summary>
    public bool Add(RedisSubscription subscription, out Task confirmed)
    {
        var isFirst = !_entries.TryGetValue(subscription.Name, out var entry);
        entry ??= _entries[subscription.Name] = new Entry();
        entry.Subscribers = [.. entry.Subscribers, subscription];
        confirmed = entry.Confirmed.Task;
        return isFirst;
    }

    /// <summary>True: it was the last of its name, and the server must be told.</summary>
    public bool Remove(RedisSubscription subscription)
    {
        if (!_entries.TryGetValue(subscription.Name, out var entry))
        {
            return false;
        }

        entry.Subscribers = [.. entry.Subscribers.Where(other => other != subscription)];
        return entry.Subscribers.Length == 0 && _entries.Remove(subscription.Name);
    }

    public void Confirm(SubscriptionName name)
    {
        if (_entries.TryGetValue(name, out var entry))
        {
            entry.Confirmed.TrySetResult();
        }
    }

    /// <summary>The server refused: whoever waits for the confirmation is told, and the name is forgotten.</summary>
    public void Refuse(SubscriptionName name, Exception reason)
    {
        if (_entries.TryGetValue(name, out var entry) && entry.Confirmed.TrySetException(reason))
        {
            // Whoever waited may have left.
            _ = entry.Confirmed.Task.Exception;
            _entries.Remove(name);
            Array.ForEach(entry.Subscribers, subscription => subscription.Complete());
        }
    }

    /// <summary>The connection is gone: who had a confirmation has been interrupted, and all need a new one.</summary>
    public void Interrupt()
    {
        foreach (var entry in _entries.Values.Where(entry => entry.Confirmed.Task.IsCompleted))
        {
            entry.Confirmed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (var subscription in entry.Subscribers)
            {
                subscription.NoteInterruption();
            }
        }
    }

    /// <summary>Those who get a message; an array that nobody changes.</summary>
    public RedisSubscription[] Receivers(SubscriptionName name) => _entries.TryGetValue(name, out var entry) ? entry.Subscribers : [];

    private sealed class Entry
    {
        public RedisSubscription[] Subscribers { get; set; } = [];

        public TaskCompletionSource Confirmed { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
