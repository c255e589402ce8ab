using System.Globalization;
using System.Text;
using RespClient.Protocol;
using RespClient.Tracking;

namespace RespClient.Tests.Tracking;

/// <summary>A record of the tests: a hash with a version and a text.</summary>
internal sealed record Note(long Version, string Text);

/// <summary>Notes under <c>{prefix}{key}</c>; a missing one is not kept.</summary>
internal sealed class Notes(string prefix = "note:") : ITrackedRecords<string, Note>
{
    public const string WriteScript =
        "local v = redis.call('HINCRBY', KEYS[1], 'v', 1) redis.call('HSET', KEYS[1], 't', ARGV[1]) return v";

    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix);

    /// <summary>How long a note lives from when it was read; null: for ever.</summary>
    public TimeSpan? Lifetime { get; init; }

    public RedisCommand Read(string key) => new("HGETALL", RedisKey(key));

    public string RedisKey(string key) => prefix + key;

    public bool TryParseKey(ReadOnlySpan<byte> redisKey, out string key)
    {
        var isOurs = redisKey.StartsWith(_prefix);
        key = isOurs ? Encoding.UTF8.GetString(redisKey[_prefix.Length..]) : "";
        return isOurs;
    }

    public TrackedItem<Note> Parse(string key, in RespValue reply)
    {
        var version = 0L;
        var text = "";
        var deadline = Lifetime is { } lifetime ? TimeProvider.System.GetUtcNow() + lifetime : (DateTimeOffset?)null;
        for (var index = 0; index + 1 < reply.Items.Length; index += 2)
        {
            switch (reply.Items[index].AsString())
            {
                case "v":
                    version = reply.Items[index + 1].AsInt64();
                    break;
                case "d":
                    deadline = DateTimeOffset.FromUnixTimeMilliseconds(reply.Items[index + 1].AsInt64());
                    break;
                default:
                    text = reply.Items[index + 1].AsString()!;
                    break;
            }
        }

        return reply.Items.IsEmpty
            ? TrackedItem.DoNotKeep<Note>()
            : TrackedItem.Keep(new Note(version, text), 2 * text.Length, deadline);
    }

    /// <summary>Writes a text and keeps it; returns the version written.</summary>
    public async Task<long> WriteAsync(TrackedCache<string, Note> cache, string key, string text)
    {
        var reply = await cache.WriteAsync(
            key,
            client => client.ExecuteAsync(new RedisCommand("EVAL", WriteScript, 1, RedisKey(key), text)),
            new RedisCommand("HGET", RedisKey(key), "v"),
            (written, seen) => !seen.IsNull && written.AsInt64() == seen.AsInt64()
                ? TrackedItem.Keep(new Note(written.AsInt64(), text), 2 * text.Length, null)
                : TrackedItem.DoNotKeep<Note>());
        return reply.AsInt64();
    }

    /// <summary>A note as a scripted server answers it over RESP3.</summary>
    public static string Answer(long version, string text = "text") => string.Create(
        CultureInfo.InvariantCulture,
        $"%2\r\n$1\r\nv\r\n${version.ToString(CultureInfo.InvariantCulture).Length}\r\n{version}\r\n$1\r\nt\r\n${text.Length}\r\n{text}\r\n");

    /// <summary>The push that says a note has changed.</summary>
    public static string Push(string redisKey) => string.Create(
        CultureInfo.InvariantCulture, $">2\r\n$10\r\ninvalidate\r\n*1\r\n${redisKey.Length}\r\n{redisKey}\r\n");

    public const string PushEverything = ">2\r\n$10\r\ninvalidate\r\n_\r\n";
}
