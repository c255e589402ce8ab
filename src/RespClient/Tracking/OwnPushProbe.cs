using System.Text;

using RespClient.Connections;
using RespClient.Protocol;

namespace RespClient.Tracking;

/// <summary>
/// Finds out over a new connection whether the server does what keeping written records relies on: a script that reads a
/// key and then changes it is answered, and right behind the reply comes one push; what the script reads at its end is
/// tracked. Redis does so since 7.0.5; others may send the push first, or track no scripts.
/// </summary>
/// <param name="client">The client.</param>
/// <param name="key">A key that nobody else uses.</param>
/// <param name="trust">Called on the reader loop where the server has shown it.</param>
internal sealed class OwnPushProbe(RedisClient client, string key, Action trust)
{
    // Read, changed, read: as a write through the cache does it. Should the connection break now, the key goes by itself.
    private const string Script =
        "redis.call('EXISTS', KEYS[1]) redis.call('SET', KEYS[1], '', 'PX', 1000) return redis.call('EXISTS', KEYS[1])";

    private readonly byte[] _key = Encoding.UTF8.GetBytes(key);

    // Reader loop: the number of the reply whose push comes next, and how many came as they should.
    private long _awaitedBehind;
    private int _seen;

    /// <summary>
    /// Tries it, in one round trip, begun on the reader loop. False: the server does it another way, or refuses. A lost
    /// connection says nothing; the next one is tried again.
    /// </summary>
    public async Task<bool> RunAsync()
    {
        _awaitedBehind = 0;
        _seen = 0;
        try
        {
            // The script's own push is the first; the second one comes of the deletion, if the key was still tracked.
            var script = client.ExecuteAsync(new RedisCommand("EVAL", Script, 1, key), new Reply(this, 1), CancellationToken.None);
            var deletion = client.ExecuteAsync(new RedisCommand("UNLINK", key), new Reply(this, 2), CancellationToken.None);
            var end = client.ExecuteAsync(new RedisCommand("PING"), new Reply(this, 3), CancellationToken.None);
            await script;
            await deletion;
            await end;
            return Volatile.Read(ref _seen) == 2;
        }
        catch (Exception e) when (e is RedisException or ObjectDisposedException)
        {
            return e is not RedisServerException;
        }
    }

    /// <summary>The server named a key in a push. Reader loop.</summary>
    public void OnInvalidated(ReadOnlySpan<byte> redisKey)
    {
        if (_awaitedBehind != 0 && _awaitedBehind == client.AnsweredThrough && redisKey.SequenceEqual(_key))
        {
            _awaitedBehind = 0;
            Volatile.Write(ref _seen, _seen + 1);
        }
    }

    private void OnReply(int step)
    {
        // A push that was there before its reply, or twice, is none of those awaited.
        if (step == 3 && _seen == 2)
        {
            trust();
        }

        _awaitedBehind = step < 3 && _seen == step - 1 ? client.AnsweredThrough : 0;
    }

    private sealed class Reply(OwnPushProbe probe, int step) : IReplyObserver
    {
        public void OnReply(in RespValue reply)
        {
            if (!reply.IsError)
            {
                probe.OnReply(step);
            }
        }

        public void OnLost()
        {
        }
    }
}
