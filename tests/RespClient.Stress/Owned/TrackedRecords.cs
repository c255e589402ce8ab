using System.Buffers.Text;
using System.Text;

using RespClient.Commands;
using RespClient.Protocol;
using RespClient.Stress.Callers;
using RespClient.Tracking;

namespace RespClient.Stress.Owned;

/// <summary>A record of the near cache.</summary>
/// <param name="Name">Its key, as the record itself says.</param>
/// <param name="Version">Grows with each write.</param>
internal sealed record TrackedRecord(string Name, long Version);

/// <summary>The records that the near cache keeps: each names its key, and their versions only grow.</summary>
/// <param name="prefix">What their names begin with.</param>
internal sealed class TrackedRecords(string prefix) : ITrackedRecords<int, TrackedRecord>
{
    public const int Count = 64;

    /// <summary>Reads, changes, reads, as a writer of the cache asks for it; answers key, version and mark.</summary>
    public static readonly LuaScript Write = new("""
        redis.call('EXISTS', KEYS[1])
        local version = redis.call('HINCRBY', KEYS[1], 'version', 1)
        redis.call('HSET', KEYS[1], 'name', KEYS[1])
        redis.call('EXISTS', KEYS[1])
        return {KEYS[1], version, ARGV[1]}
        """);

    private readonly byte[] _prefix = Encoding.UTF8.GetBytes($"{prefix}tracked.");
    private readonly long[] _written = new long[Count];

    public int Pick(Random random) => random.Next(Count);

    public string Name(int index) => $"{prefix}tracked.{index}";

    /// <summary>The newest version that the server has acknowledged: what is read from now on is no older.</summary>
    public long Written(int index) => Volatile.Read(ref _written[index]);

    public RedisCommand Read(int key) => new("HGETALL", Name(key));

    public bool TryParseKey(ReadOnlySpan<byte> redisKey, out int key)
    {
        key = 0;
        return redisKey.StartsWith(_prefix)
            && Utf8Parser.TryParse(redisKey[_prefix.Length..], out key, out var length)
            && length == redisKey.Length - _prefix.Length
            && key is >= 0 and < Count;
    }

    public TrackedItem<TrackedRecord> Parse(int key, in RespValue reply)
    {
        if (reply.Items.IsEmpty)
        {
            return TrackedItem.DoNotKeep<TrackedRecord>();
        }

        var fields = new Dictionary<string, RespValue>();
        for (var index = 0; index + 1 < reply.Count; index += 2)
        {
            fields[reply[index].AsString()!] = reply[index + 1];
        }

        return fields.TryGetValue("name", out var name) && fields.TryGetValue("version", out var version)
            ? TrackedItem.Keep(new TrackedRecord(ReplyText.Of(name), version.AsInt64()), 100, null)
            : throw new ForeignReplyException($"the record {Name(key)}", ReplyText.Of(reply));
    }

    public TrackedItem<TrackedRecord> Keep(int index, long version) => TrackedItem.Keep(new TrackedRecord(Name(index), version), 100, null);

    /// <exception cref="ForeignReplyException">It is another record, or an old one.</exception>
    public void Check(int index, TrackedRecord? record, long least)
    {
        var isRight = record is null ? least == 0 : record.Name == Name(index) && record.Version >= least;
        if (!isRight)
        {
            throw new ForeignReplyException($"{Name(index)}, version {least} or newer", record is null ? "nothing" : $"{record.Name}, version {record.Version}");
        }
    }

    /// <exception cref="ForeignReplyException">It is the reply to another write.</exception>
    public void CheckWritten(int index, string mark, in RespValue reply)
    {
        Call.Expect(
            reply.Kind == RespKind.Array && reply.Count == 3 && reply[0].AsString() == Name(index) && reply[2].AsString() == mark,
            $"[{Name(index)}, …, {mark}]",
            reply);
        var version = reply[1].AsInt64();
        for (var seen = Written(index); seen < version; seen = Written(index))
        {
            Interlocked.CompareExchange(ref _written[index], version, seen);
        }
    }
}
