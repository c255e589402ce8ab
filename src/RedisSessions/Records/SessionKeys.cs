using RedisSessions.Cookies;

namespace RedisSessions.Records;

/// <summary>The names of keys: record, and index of a user's sessions.</summary>
internal sealed class SessionKeys
{
    // SHA-256 of one id takes 0.8 µs of processor time, most of what a request with its session near may cost: keys made
    // lately are kept, each in the one place that its id picks. The secrets stay in this process, as its requests do.
    private const int KeptKeys = 4096;

    private readonly KeptKey?[] _kept = new KeptKey?[KeptKeys];
    private readonly string _userPrefix;
    private readonly bool _hashIds;

    public SessionKeys(RedisSessionOptions options)
    {
        Prefix = options.KeyPrefix;
        _userPrefix = options.KeyPrefix.TrimEnd(':') + "-USER:";
        _hashIds = options.HashIds;
    }

    /// <summary>What every record's key starts with.</summary>
    public string Prefix { get; }

    /// <summary>The record of a session: <c>SESSION:{id}</c>.</summary>
    public string Record(in SessionId id)
    {
        // Random bits: as good as any hash of them. Two threads may both make a key, and either stays.
        ref var place = ref _kept[id.GetHashCode() & (KeptKeys - 1)];
        if (Volatile.Read(ref place) is { } kept && kept.Id.Equals(id))
        {
            return kept.Key;
        }

        var key = Make(id);
        Volatile.Write(ref place, new KeptKey(id, key));
        return key;
    }

    /// <summary>The index of a user's sessions: <c>SESSION-USER:{user}</c>.</summary>
    public string User(string userId) => _userPrefix + userId;

    /// <summary>The public id of the session whose record has this key; <see langword="null"/> if it is no such key.</summary>
    public string? PublicId(string key)
    {
        if (!key.StartsWith(Prefix, StringComparison.Ordinal) || !SessionId.TryParse(key.AsSpan(Prefix.Length), out var id))
        {
            return null;
        }

        return _hashIds ? key[Prefix.Length..] : id.ToPublic();
    }

    /// <summary>
    /// The record's key for a public id. <see langword="null"/> where the text is no id, and where ids are not hashed:
    /// then the public id does not give the key.
    /// </summary>
    public string? RecordOfPublic(string publicId) =>
        _hashIds && SessionId.TryParse(publicId, out _) ? Prefix + publicId : null;

    private string Make(in SessionId id) => string.Create(
        Prefix.Length + SessionId.TextLength, (Keys: this, Id: id), static (key, state) =>
        {
            state.Keys.Prefix.CopyTo(key);
            var text = key[state.Keys.Prefix.Length..];
            if (state.Keys._hashIds)
            {
                state.Id.WritePublic(text);
            }
            else
            {
                state.Id.WriteSecret(text);
            }
        });

    private sealed class KeptKey(SessionId id, string key)
    {
        public SessionId Id { get; } = id;

        public string Key { get; } = key;
    }
}
