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
    /// <summary>Reads, changes, reads: as a writer of the cache asks for it.</summary>
    public const string WriteScript =
        "redis.call('EXISTS', KEYS[1]) local v = redis.call('HINCRBY', KEYS[1], 'v', 1) redis.call('HSET', KEYS[1], 't', ARGV[1]) redis.call('EXISTS', KEYS[1]) return v";

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

    /// <summary>Options with a key to try the server with, and those of the caller.</summary>
    public static TrackedCacheOptions KeepingWrites(TrackedCacheOptions? options = null) =>
        (options ?? new TrackedCacheOptions()) with { ProbeKey = "probe" };

    /// <summary>Writes a text and keeps it; returns the version written.</summary>
    public async Task<long> WriteAsync(TrackedCache<string, Note> cache, string key, string text)
    {
        var writer = cache.Writer(key, (written, _) => Kept(written, text));
        return (await writer.ExecuteAsync(new RedisCommand("EVAL", WriteScript, 1, RedisKey(key), text))).AsInt64();
    }

    public static TrackedItem<Note> Kept(RespValue written, string text) =>
        TrackedItem.Keep(new Note(written.AsInt64(), text), 2 * text.Length, null);

    /// <summary>A note as a scripted server answers it over RESP3.</summary>
    public static string Answer(long version, string text = "text") => string.Create(
        CultureInfo.InvariantCulture,
        $"%2\r\n$1\r\nv\r\n${version.ToString(CultureInfo.InvariantCulture).Length}\r\n{version}\r\n$1\r\nt\r\n${text.Length}\r\n{text}\r\n");

    /// <summary>The push that says a note has changed.</summary>
    public static string Push(string redisKey) => string.Create(
        CultureInfo.InvariantCulture, $">2\r\n$10\r\ninvalidate\r\n*1\r\n${redisKey.Length}\r\n{redisKey}\r\n");

    public const string PushEverything = ">2\r\n$10\r\ninvalidate\r\n_\r\n";
}
