namespace RespClient.Tracking;

/// <summary>A write that is not followed on the wire: no record of its key is served or kept until it is over.</summary>
internal sealed class WriteMark<TKey, TValue> : IDisposable
    where TKey : notnull
    where TValue : class
{
    private readonly TKey _key;
    private TrackedTable<TKey, TValue>? _table;

    public WriteMark(TrackedTable<TKey, TValue> table, TKey key)
    {
        _key = key;
        _table = table;
        table.Mark(key);
    }

    public void Dispose() => Interlocked.Exchange(ref _table, null)?.Unmark(_key);
}
