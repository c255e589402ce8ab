using RedisSessions.Records;

using RespClient;
using RespClient.Tracking;

namespace RedisSessions.Redis;

/// <summary>
/// The connection that all sessions share, which is dropped when it has brought what belongs to another session: once for
/// each load that shows it, and never twice for the same key, so that a record that is wrong in Redis, and the cookie that
/// asks for it, cannot keep all others from theirs.
/// </summary>
/// <param name="client">The client.</param>
/// <param name="near">What came over it and is kept; <see langword="null"/>: nothing is.</param>
internal sealed class SuspectConnection(RedisClient client, TrackedCache<string, SessionRecord>? near)
{
    // Each of them has cost a connection. With more, something else is wrong than a connection.
    private const int MostKeys = 256;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private int _drops;

    /// <summary>How often it was dropped. To be read before a load is sent.</summary>
    public int Drops => Volatile.Read(ref _drops);

    /// <summary>A reply that came over it belongs to another session.</summary>
    /// <param name="key">The key that was asked for.</param>
    /// <param name="drops"><see cref="Drops"/> before it was asked: what came over a connection that is gone says nothing of this one.</param>
    /// <param name="reason">Why, for the log. No secret.</param>
    /// <returns>False where it was dropped for this key before.</returns>
    public bool Drop(string key, int drops, string reason)
    {
        lock (_gate)
        {
            if (_keys.Contains(key))
            {
                return false;
            }

            if (drops == _drops && _keys.Count < MostKeys)
            {
                _keys.Add(key);
                client.DropConnection(reason);
                near?.Clear();
                Volatile.Write(ref _drops, _drops + 1);
            }

            return true;
        }
    }
}
