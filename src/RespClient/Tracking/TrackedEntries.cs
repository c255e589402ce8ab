using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace RespClient.Tracking;

/// <summary>
/// The records kept, bounded in bytes. Looking one up takes no lock; everything else is called under the cache's gate.
/// </summary>
/// <remarks>
/// What goes when there is no room: the records stand in a ring, a hand goes round, and a record that was used since
/// the hand last passed is let off once (second chance). A hit so writes one flag at most and moves nothing.
/// </remarks>
internal sealed class TrackedEntries<TKey, TValue>(long maxBytes)
    where TKey : notnull
    where TValue : class
{
    /// <summary>An entry, its places in the dictionary and the ring, and a key of usual length.</summary>
    internal const int OverheadBytes = 192;

    private readonly ConcurrentDictionary<TKey, Entry> _byKey = new();
    private Entry? _hand;
    private long _bytes;
    private long _evictions;

    public int Count => _byKey.Count;

    public long Bytes => Volatile.Read(ref _bytes);

    public long Evictions => Volatile.Read(ref _evictions);

    public bool TryGet(TKey key, long now, [MaybeNullWhen(false)] out TValue value)
    {
        if (_byKey.TryGetValue(key, out var entry) && now < entry.Deadline)
        {
            if (!entry.WasUsed)
            {
                entry.WasUsed = true;
            }

            value = entry.Value;
            return true;
        }

        value = null;
        return false;
    }

    /// <summary>The record kept under a key, ended or not; no use of it.</summary>
    public TValue? Peek(TKey key) => _byKey.TryGetValue(key, out var entry) ? entry.Value : null;

    /// <summary>Keeps a record in place of the one of the same key, making room. False: it is larger than all room.</summary>
    public bool Put(TKey key, TValue value, int sizeInBytes, long deadline)
    {
        Remove(key);
        var size = (long)sizeInBytes + OverheadBytes;
        if (size > maxBytes)
        {
            return false;
        }

        while (_bytes + size > maxBytes)
        {
            EvictOne();
        }

        var entry = new Entry(key, value, size, deadline);
        Link(entry);
        _byKey[key] = entry;
        Volatile.Write(ref _bytes, _bytes + size);
        return true;
    }

    public bool Remove(TKey key)
    {
        if (!_byKey.TryRemove(key, out var entry))
        {
            return false;
        }

        Unlink(entry);
        Volatile.Write(ref _bytes, _bytes - entry.Size);
        return true;
    }

    public void Clear()
    {
        _byKey.Clear();
        _hand = null;
        Volatile.Write(ref _bytes, 0);
    }

    private void EvictOne()
    {
        while (_hand is { WasUsed: true } used)
        {
            used.WasUsed = false;
            _hand = used.Next;
        }

        Remove(_hand!.Key);
        Volatile.Write(ref _evictions, _evictions + 1);
    }

    /// <summary>Behind the hand: the last to be looked at.</summary>
    private void Link(Entry entry)
    {
        if (_hand is not { } hand)
        {
            entry.Next = entry.Previous = _hand = entry;
            return;
        }

        entry.Next = hand;
        entry.Previous = hand.Previous;
        hand.Previous.Next = entry;
        hand.Previous = entry;
    }

    private void Unlink(Entry entry)
    {
        if (entry.Next == entry)
        {
            _hand = null;
            return;
        }

        entry.Previous.Next = entry.Next;
        entry.Next.Previous = entry.Previous;
        if (_hand == entry)
        {
            _hand = entry.Next;
        }
    }

    private sealed class Entry
    {
        public Entry(TKey key, TValue value, long size, long deadline)
        {
            Key = key;
            Value = value;
            Size = size;
            Deadline = deadline;
            Next = Previous = this;
        }

        public TKey Key { get; }

        public TValue Value { get; }

        public long Size { get; }

        /// <summary>In the units of <see cref="TimeProvider.GetTimestamp"/>.</summary>
        public long Deadline { get; }

        public Entry Next { get; set; }

        public Entry Previous { get; set; }

        /// <summary>Written by readers without a lock: a lost write costs a chance, nothing else.</summary>
        public bool WasUsed { get; set; }
    }
}
