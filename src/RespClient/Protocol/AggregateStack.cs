namespace RespClient.Protocol;

/// <summary>
/// The aggregates that were opened and not yet closed. Each level counts the elements it still lacks; a value that
/// completes a level is itself an element of the level below. No recursion: depth costs a slot, never a stack frame.
/// </summary>
internal sealed class AggregateStack(RespLimits limits)
{
    // More than this is kept by growing as elements arrive, never because the wire claims it.
    private const int FirstCapacity = 16;

    private Level[] _levels = new Level[4];
    private int _depth;
    private int _elements;

    public bool IsEmpty => _depth == 0;

    /// <summary>Whether aggregates must not nest deeper.</summary>
    public bool IsFull => _depth == limits.MaxDepth;

    /// <summary>Whether a push is open.</summary>
    public bool HasPush => Array.FindIndex(_levels, 0, _depth, static level => level.Kind == RespKind.Push) >= 0;

    /// <summary>Hands over to what looks for the end of the reply and keeps nothing.</summary>
    public void EncloseIn(SkippedReply skipped)
    {
        foreach (ref readonly var level in _levels.AsSpan(0, _depth))
        {
            skipped.Enclose(level.Expected < 0 ? -1 : level.Expected - level.Count, level.IsDropped);
        }
    }

    /// <summary>Opens a level. <paramref name="count"/> is the number of elements; negative: until <see cref="TryEnd"/>.</summary>
    public string? Open(RespKind kind, int count, bool dropped)
    {
        if (_depth == limits.MaxDepth)
        {
            return $"aggregates nest deeper than {limits.MaxDepth}";
        }

        if (count > limits.MaxElements - _elements)
        {
            return $"more than {limits.MaxElements} elements";
        }

        if (_depth == _levels.Length)
        {
            Array.Resize(ref _levels, _depth * 2);
        }

        _levels[_depth++] = new Level
        {
            Kind = kind,
            Expected = count,
            IsDropped = dropped,
            Items = new RespValue[count < 0 ? FirstCapacity : Math.Min(count, FirstCapacity)],
        };
        return null;
    }

    /// <summary>
    /// Adds a complete value. Returns true when that completed the whole reply, which <paramref name="value"/> then is; or
    /// a push, which is no element of what it came in.
    /// </summary>
    public bool Add(ref RespValue value, out string? fault)
    {
        fault = null;
        while (_depth > 0)
        {
            ref var level = ref _levels[_depth - 1];
            if (++_elements > limits.MaxElements)
            {
                fault = $"more than {limits.MaxElements} elements";
                return false;
            }

            if (level.Count == level.Items.Length)
            {
                var larger = Math.Min(level.Count * 2L, level.Expected < 0 ? int.MaxValue : level.Expected);
                Array.Resize(ref level.Items, (int)larger);
            }

            level.Items[level.Count++] = value;
            if (level.Count != level.Expected)
            {
                return false;
            }

            if (Close(ref value))
            {
                // An attribute is no element: what it describes follows.
                return false;
            }

            if (value.Kind == RespKind.Push && _depth > 0)
            {
                return true;
            }
        }

        _elements = 0;
        return true;
    }

    /// <summary>Closes a level that had no elements or whose end has come. True: it was an attribute, and is gone.</summary>
    public bool Close(ref RespValue value)
    {
        ref var level = ref _levels[--_depth];
        var items = level.Items;
        if (items.Length != level.Count)
        {
            Array.Resize(ref items, level.Count);
        }

        value = RespValue.FromItems(level.Kind, items);
        var dropped = level.IsDropped;
        level = default;
        return dropped;
    }

    /// <summary>The end mark of a streamed aggregate: false when none is open or a map lacks a value.</summary>
    public bool TryEnd(ref RespValue value)
    {
        if (_depth == 0 || _levels[_depth - 1] is not { Expected: < 0 } level || (level.Kind == RespKind.Map && level.Count % 2 != 0))
        {
            return false;
        }

        Close(ref value);
        return true;
    }

    public void Reset()
    {
        Array.Clear(_levels, 0, _depth);
        _depth = 0;
        _elements = 0;
    }

    private struct Level
    {
        public RespValue[] Items;
        public int Count;
        public int Expected;
        public RespKind Kind;
        public bool IsDropped;
    }
}
