using System.Runtime.InteropServices;

namespace RedisSessions.Redis;

/// <summary>A change of single fields of one entry, made in one step.</summary>
internal sealed class FieldWrite
{
    // Most writes have one field to set and nothing else: no list is made before there is something for it.
    private List<KeyValuePair<string, byte[]?>>? _expected;
    private List<KeyValuePair<string, byte[]>>? _sets;
    private List<string>? _removed;

    public required string Key { get; init; }

    /// <summary>The key the entry moves to in the same step; <see langword="null"/>: it stays.</summary>
    public string? NewKey { get; init; }

    /// <summary>A sorted set that lists the entry by its expiry; <see langword="null"/>: none, or it need not change.</summary>
    public string? IndexKey { get; init; }

    /// <summary>The TTL the entry gets; <see langword="null"/>: it keeps the one it has.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>Whether <see cref="TimeToLive"/> is only what the lifetime was when it was last seen: the entry's own counts.</summary>
    public bool KeepsLifetime { get; init; }

    /// <summary>Whether creation time and deadline start anew.</summary>
    public bool Restarts { get; init; }

    /// <summary>Where they start anew: how far off the deadline is; <see langword="null"/>: none.</summary>
    public TimeSpan? AbsoluteLifetime { get; init; }

    /// <summary>Whether the answer must carry the time, also where the change itself needs none.</summary>
    public bool AsksTime { get; init; }

    /// <summary>Fields with the value they must have, <see langword="null"/> where they must not exist.</summary>
    public ReadOnlySpan<KeyValuePair<string, byte[]?>> Expected => CollectionsMarshal.AsSpan(_expected);

    /// <summary>Fields and the values they get.</summary>
    public ReadOnlySpan<KeyValuePair<string, byte[]>> Sets => CollectionsMarshal.AsSpan(_sets);

    /// <summary>Fields that go.</summary>
    public ReadOnlySpan<string> Removed => CollectionsMarshal.AsSpan(_removed);

    public void Expect(string field, byte[]? value) => (_expected ??= []).Add(new(field, value));

    public void Set(string field, byte[] value) => (_sets ??= []).Add(new(field, value));

    public void Remove(string field) => (_removed ??= []).Add(field);
}
