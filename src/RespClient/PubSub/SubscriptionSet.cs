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

    /// <summary>True: it is the first of its name, and the server must be asked.</summary>
    public bool Add(RedisSubscription subscription, out Task confirmed)
    {
        var isFirst = !_entries.TryGetValue(subscription.Name, out var entry);
        entry ??= _entries[subscription.Name] = new Entry();
        entry.Subscribers = [.. entry.Subscribers, subscription];
        subscription.WasConfirmed = entry.Confirmed.Task.IsCompletedSuccessfully;
        confirmed = entry.Confirmed.Task;
        return isFirst;
    }

    /// <summary>True: it was the last of its name, and the server must be asked.</summary>
    public bool Remove(RedisSubscription subscription)
    {
        if (!_entries.TryGetValue(subscription.Name, out var entry))
        {
            return false;
        }

        entry.Subscribers = [.. entry.Subscribers.Where(other => other != subscription)];
        return entry.Subscribers.Length == 0 && _entries.Remove(subscription.Name);
    }

    /// <summary>The server has subscribed.</summary>
    public void Confirm(SubscriptionName name)
    {
        if (_entries.TryGetValue(name, out var entry))
        {
            Array.ForEach(entry.Subscribers, static subscription => subscription.WasConfirmed = true);
            entry.Confirmed.TrySetResult();
        }
    }

    /// <summary>The server refused: the waiting subscribers get the error, and the name is forgotten.</summary>
    public void Refuse(SubscriptionName name, Exception reason)
    {
        if (_entries.TryGetValue(name, out var entry) && entry.Confirmed.TrySetException(reason))
        {
            // All waiters may have given up: the exception counts as observed.
            _ = entry.Confirmed.Task.Exception;
            _entries.Remove(name);
            Array.ForEach(entry.Subscribers, subscription => subscription.Complete());
        }
    }

    /// <summary>
    /// The connection is gone: each subscription that was ever confirmed is interrupted, even if the server had not
    /// renewed it since the last loss, and all need a confirmation.
    /// </summary>
    public void Interrupt()
    {
        foreach (var entry in _entries.Values)
        {
            Interrupt(entry);
        }
    }

    /// <summary>
    /// The server has ended a subscription without being asked. False: it is not wanted, or a confirmation is awaited
    /// already.
    /// </summary>
    /// <param name="name">The channel or pattern.</param>
    /// <param name="earlier">How often it did so before, without a message in between.</param>
    public bool Revoke(SubscriptionName name, out int earlier)
    {
        earlier = 0;
        if (!_entries.TryGetValue(name, out var entry) || !entry.Confirmed.Task.IsCompleted)
        {
            return false;
        }

        earlier = entry.Revocations++;
        Interrupt(entry);
        return true;
    }

    /// <summary>Whether it is wanted and not confirmed.</summary>
    public bool IsAwaited(SubscriptionName name) => _entries.TryGetValue(name, out var entry) && !entry.Confirmed.Task.IsCompleted;

    /// <summary>The subscriptions that get a message; the array never changes.</summary>
    public RedisSubscription[] Receivers(SubscriptionName name)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            return [];
        }

        entry.Revocations = 0;
        return entry.Subscribers;
    }

    private static void Interrupt(Entry entry)
    {
        if (entry.Confirmed.Task.IsCompleted)
        {
            entry.Confirmed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        foreach (var subscription in entry.Subscribers.Where(static subscription => subscription.WasConfirmed))
        {
            subscription.NoteInterruption();
        }
    }

    private sealed class Entry
    {
        public RedisSubscription[] Subscribers { get; set; } = [];

        /// <summary>How often the server ended it unasked since the last message.</summary>
        public int Revocations { get; set; }

        public TaskCompletionSource Confirmed { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
