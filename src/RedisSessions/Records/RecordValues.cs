using System.Text;

namespace RedisSessions.Records;

/// <summary>
/// The values of a record by key, as UTF-8 came with them. Immutable. Few objects, however many values: these lie in
/// the array they were received in, and keys become strings on demand.
/// </summary>
internal sealed class RecordValues
{
    /// <summary>None.</summary>
    public static readonly RecordValues Empty = new([], 0);

    // Up to here going through all names takes no longer than computing the hash of a key.
    private const int LongestUnindexed = 16;

    private readonly Field[] _fields;
    private Dictionary<string, int>? _index;

    /// <param name="fields">The fields; the array is owned from then on.</param>
    /// <param name="heldBytes">What is kept in memory because of them, at least their own bytes.</param>
    public RecordValues(Field[] fields, long heldBytes)
    {
        _fields = fields;
        foreach (ref readonly var field in fields.AsSpan())
        {
            Size += field.Size;
        }

        HeldBytes = Math.Max(heldBytes, Size);
    }

    public int Count => _fields.Length;

    /// <summary>Bytes of all names and values, as the limit of a session counts them.</summary>
    public long Size { get; }

    /// <summary>What a key and its value count towards that, in bytes.</summary>
    public static long SizeOf(string key, ReadOnlyMemory<byte> value) => Encoding.UTF8.GetByteCount(key) + (long)value.Length;

    /// <summary>Bytes that are kept in memory because of them: more than <see cref="Size"/> where arrays hold other things as well.</summary>
    public long HeldBytes { get; }

    /// <summary>The keys, in no particular order.</summary>
    public IEnumerable<string> Keys => _fields.Select(static one => KeyNames.Of(one.Name.Span));

    /// <summary>Keys and values, in no particular order.</summary>
    public IEnumerable<KeyValuePair<string, ReadOnlyMemory<byte>>> All => _fields.Select(static one =>
        new KeyValuePair<string, ReadOnlyMemory<byte>>(KeyNames.Of(one.Name.Span), one.Value));

    /// <summary>The value of a key: shared, so not to be handed out; <see langword="null"/>: there is none.</summary>
    public ReadOnlyMemory<byte>? Get(string key)
    {
        if (Find(key) is var at and >= 0)
        {
            return _fields[at].Value;
        }

        return null;
    }

    /// <summary>The same values but for some that are set, or removed where <see langword="null"/>.</summary>
    /// <param name="changes">The changes; the arrays are owned from then on.</param>
    public RecordValues With(Dictionary<string, byte[]?> changes)
    {
        if (changes.Count == 0)
        {
            return this;
        }

        var (count, added) = (_fields.Length, 0L);
        foreach (var (key, value) in changes)
        {
            count += (value is null ? 0 : 1) - (Find(key) < 0 ? 0 : 1);
            added += value?.Length ?? 0;
        }

        // What is replaced lies where it was, beside what is kept: only so much of that is borne.
        var fields = new Field[count];
        Fill(fields, changes);
        var with = new RecordValues(fields, HeldBytes + added);
        return with.HeldBytes > (2 * with.Size) + 1024 ? with.Compacted() : with;
    }

    // The changed ones stay in their places, so that a usual write copies an array and sets an element.
    private void Fill(Span<Field> fields, Dictionary<string, byte[]?> changes)
    {
        var filled = 0;
        var places = changes.Count <= 32 ? stackalloc int[changes.Count] : new int[changes.Count];
        var place = 0;
        foreach (var key in changes.Keys)
        {
            places[place++] = Find(key);
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            if (!places.Contains(i))
            {
                fields[filled++] = _fields[i];
            }
        }

        place = 0;
        foreach (var (key, value) in changes)
        {
            var before = places[place++];
            if (value is not null)
            {
                fields[filled++] = new Field(before < 0 ? Encoding.UTF8.GetBytes(key) : _fields[before].Name, value);
            }
        }
    }

    // Into one array.
    private RecordValues Compacted()
    {
        var bytes = new byte[Size];
        var fields = new Field[_fields.Length];
        var used = 0;
        for (var i = 0; i < fields.Length; i++)
        {
            fields[i] = new Field(Copied(_fields[i].Name), Copied(_fields[i].Value));
        }

        return new RecordValues(fields, Size);

        ReadOnlyMemory<byte> Copied(ReadOnlyMemory<byte> part)
        {
            part.CopyTo(bytes.AsMemory(used));
            used += part.Length;
            return bytes.AsMemory(used - part.Length, part.Length);
        }
    }

    private int Find(string key)
    {
        if (_fields.Length > LongestUnindexed)
        {
            return (_index ??= MakeIndex()).GetValueOrDefault(key, -1);
        }

        if (!Ascii.IsValid(key))
        {
            return KeyNames.IsText(key) ? FindName(Encoding.UTF8.GetBytes(key)) : -1;
        }

        for (var i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].Name.Length == key.Length && Ascii.Equals(_fields[i].Name.Span, key))
            {
                return i;
            }
        }

        return -1;
    }

    private int FindName(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].Name.Span.SequenceEqual(name))
            {
                return i;
            }
        }

        return -1;
    }

    // Two threads may both make one, and either stays.
    private Dictionary<string, int> MakeIndex()
    {
        var index = new Dictionary<string, int>(_fields.Length, StringComparer.Ordinal);
        for (var i = 0; i < _fields.Length; i++)
        {
            index[KeyNames.Of(_fields[i].Name.Span)] = i;
        }

        return index;
    }

    /// <summary>A key's name in UTF-8, and its value.</summary>
    public readonly struct Field(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value)
    {
        public ReadOnlyMemory<byte> Name { get; } = name;

        public ReadOnlyMemory<byte> Value { get; } = value;

        public long Size => Name.Length + (long)Value.Length;
    }
}
