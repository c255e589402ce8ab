using RedisSessions.Records;

namespace RedisSessions.Request;

/// <summary>
/// What one request has changed of the values of its session, kept beside the shared record. Only what differs from the
/// record is here, so that setting a value to what it already is leaves nothing to write.
/// </summary>
internal sealed class PendingChanges(int maxSize)
{
    private Dictionary<string, byte[]?>? _values;
    private Dictionary<string, List<Func<byte[]?, byte[]?>>>? _updates;
    private SessionRecord? _record;
    private long _size;

    /// <summary>The values as Redis has them, as far as this request knows.</summary>
    public RecordValues Before => _record?.Values ?? RecordValues.Empty;

    public bool IsEmpty => _values is not { Count: > 0 };

    /// <summary>What is set, or removed where <see langword="null"/>.</summary>
    public Dictionary<string, byte[]?> Values => _values ?? RecordChange.NoChanges;

    /// <summary>The changed keys whose old value mattered.</summary>
    public IReadOnlyCollection<string> Exact =>
        _updates is null || _values is null ? [] : [.. _updates.Keys.Where(_values.ContainsKey)];

    public IEnumerable<string> Keys
    {
        get
        {
            foreach (var key in Before.Keys)
            {
                if (_values?.ContainsKey(key) is not true)
                {
                    yield return key;
                }
            }

            foreach (var (key, value) in Values)
            {
                if (value is not null)
                {
                    yield return key;
                }
            }
        }
    }

    /// <summary>The value as this request sees it. Shared: not to be handed out.</summary>
    public ReadOnlyMemory<byte>? Get(string key)
    {
        if (_values is null || !_values.TryGetValue(key, out var changed))
        {
            return Before.Get(key);
        }

        return changed is null ? default(ReadOnlyMemory<byte>?) : changed;
    }

    /// <summary>Sets a value, or removes it where <see langword="null"/>. The array is owned from then on.</summary>
    /// <exception cref="SessionTooLargeException">The session would outgrow its limit.</exception>
    public void Set(string key, byte[]? value)
    {
        Put(key, value);
        _updates?.Remove(key);
    }

    /// <summary>Changes a value by a function that runs again where the value in Redis turns out to be another.</summary>
    /// <exception cref="SessionTooLargeException">The session would outgrow its limit.</exception>
    public byte[]? Update(string key, Func<byte[]?, byte[]?> change)
    {
        var updates = _updates?.GetValueOrDefault(key);
        // On top of a value that this request has set, the old one in Redis does not matter.
        var isExact = updates is not null || _values?.ContainsKey(key) is not true;
        var value = change(Get(key)?.ToArray());
        Put(key, value);
        if (isExact)
        {
            _updates ??= new(StringComparer.Ordinal);
            (_updates.TryGetValue(key, out updates) ? updates : _updates[key] = []).Add(change);
        }

        return value;
    }

    /// <summary>Takes what Redis has now as the base, keeps the changes, and runs the updates on the new values.</summary>
    public void Rebase(SessionRecord? record)
    {
        _record = record;
        foreach (var key in _updates?.Keys.ToArray() ?? [])
        {
            _values?.Remove(key);
        }

        // Of what is there now, before the updates add to it.
        _size = Sum();
        foreach (var (key, updates) in _updates ?? [])
        {
            foreach (var update in updates)
            {
                Put(key, update(Get(key)?.ToArray()));
            }
        }
    }

    /// <summary>Forgets all changes: they are committed, or were dropped.</summary>
    public void Reset(SessionRecord? record)
    {
        _record = record;
        _values = null;
        _updates = null;
        _size = record?.Values.Size ?? 0;
    }

    private void Put(string key, byte[]? value)
    {
        var old = Get(key);
        if (Same(old, value))
        {
            return;
        }

        var size = _size - (old is null ? 0 : RecordValues.SizeOf(key, old.Value)) + (value is null ? 0 : RecordValues.SizeOf(key, value));
        if (value is not null && size > maxSize && size > _size)
        {
            throw new SessionTooLargeException(key, value.Length, size, maxSize);
        }

        _size = size;
        _values ??= new(StringComparer.Ordinal);
        if (Same(Before.Get(key), value))
        {
            _values.Remove(key);
        }
        else
        {
            _values[key] = value;
        }
    }

    private long Sum()
    {
        var size = 0L;
        foreach (var key in Keys)
        {
            size += RecordValues.SizeOf(key, Get(key)!.Value);
        }

        return size;
    }

    private static bool Same(ReadOnlyMemory<byte>? left, byte[]? right) =>
        left is null ? right is null : right is not null && left.Value.Span.SequenceEqual(right);
}
