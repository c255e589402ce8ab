using System.Text;

using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Tracking;

/// <summary>
/// Finds out over a connection whether the server does what keeping written records relies on: a script that reads a key
/// and then changes it is answered, and right behind the reply comes one push; what the script reads at its end is tracked.
/// Redis does so since 7.0.5; others may send the push first, or track no scripts.
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
    private volatile bool _isInDoubt = true;

    // Reader loop: the number of the reply whose push comes next, and how many came as they should.
    private long _awaitedBehind;
    private int _seen;

    /// <summary>Whether the question is still open, so that another try may answer it.</summary>
    public bool IsInDoubt => _isInDoubt;

    /// <summary>Tries it, in one round trip.</summary>
    /// <returns>Why written records are not kept for as long as this connection lasts; <see langword="null"/>: they are, or it is in doubt.</returns>
    public async Task<string?> RunAsync()
    {
        _isInDoubt = true;
        try
        {
            // The script's own push is the first; the second one comes of the deletion, if the key was still tracked.
            var script = client.ExecuteAsync(new RedisCommand("EVAL", Script, 1, key), new Reply(this, 1), CancellationToken.None);
            var deletion = client.ExecuteAsync(new RedisCommand("UNLINK", key), new Reply(this, 2), CancellationToken.None);
            var end = client.ExecuteAsync(new RedisCommand("PING"), new Reply(this, 3), CancellationToken.None);
            await script;
            await deletion;
            await end;
            _isInDoubt = false;
            return Volatile.Read(ref _seen) == 2 ? null : "the server sends no push right behind the reply to a script that writes";
        }
        catch (RedisServerException e) when (!e.Kind.IsTransient())
        {
            _isInDoubt = false;
            return $"the server refused a script: {e.Message}";
        }
        catch (Exception e) when (e is RedisException or ObjectDisposedException)
        {
            // A server that is full or busy, a command that was not sent, a connection that is gone: nothing is known.
            return null;
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
        if (step == 1)
        {
            _seen = 0;
        }
        else if (step == 3 && _seen == 2)
        {
            trust();
        }

        // A push that was there before its reply, or twice, is none of those awaited.
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
