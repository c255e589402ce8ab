using System.Text;

using RedisSessions.Caching.Fields;
using RedisSessions.Diagnostics;
using RedisSessions.Records;
using RedisSessions.Stores;

using RespClient;
using RespClient.Protocol;
using RespClient.Tracking;

namespace RedisSessions.Caching.Near;

/// <summary>What the near cache has to know of records: how they are read, and how long they are good.</summary>
internal sealed class NearRecords(
    SessionKeys keys, ValueProtection protection, RedisClock clock, SessionLog log, TimeSpan timeout)
    : ITrackedRecords<string, SessionRecord>
{
    // A field's two references with their bounds; the record itself, with its values and their arrays.
    private const int BytesPerValue = 32;
    private const int BytesPerRecord = 320;

    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(keys.Prefix);

    public RedisClock Clock => clock;

    public RedisCommand Read(string key) => new("HGETALL", key) { Timeout = timeout };

    public bool TryParseKey(ReadOnlySpan<byte> redisKey, out string key)
    {
        key = "";
        if (!redisKey.StartsWith(_prefix))
        {
            return false;
        }

        key = Encoding.UTF8.GetString(redisKey);
        return true;
    }

    public TrackedItem<SessionRecord> Parse(string key, in RespValue reply)
    {
        var fields = new FieldSet(reply);
        if (fields.Count == 0)
        {
            return TrackedItem.DoNotKeep<SessionRecord>();
        }

        if (RecordLayout.Read(fields, protection) is { } record)
        {
            return Keep(record);
        }

        Broken(key);
        return TrackedItem.DoNotKeep<SessionRecord>();
    }

    public TrackedItem<SessionRecord> Keep(SessionRecord record)
    {
        var bytes = BytesOf(record.Values) + BytesOf(record.SealedValues) + (record.Identity?.Ticket.Length ?? 0) + BytesPerRecord;
        return TrackedItem.Keep(record, (int)Math.Min(bytes, int.MaxValue), clock.ToLocal(record.ExpiresAt));
    }

    private static long BytesOf(RecordValues? values) =>
        values is null ? 0 : values.HeldBytes + (values.Count * BytesPerValue);

    public void Broken(string key) => log.BrokenRecord(keys.PublicId(key));
}
