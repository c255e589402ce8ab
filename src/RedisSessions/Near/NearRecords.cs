using System.Text;

using RedisSessions.Records;
using RedisSessions.Redis;

using RespClient;
using RespClient.Protocol;
using RespClient.Tracking;

namespace RedisSessions.Near;

/// <summary>What the near cache needs to know of records: how they are read, and how long they are good.</summary>
internal sealed class NearRecords(
    SessionKeys keys, ValueProtection protection, RedisClock clock, TimeSpan timeout)
    : ITrackedRecords<string, SessionRecord>
{
    // A field's two references with their bounds; the record itself, with its values and their arrays.
    private const int BytesPerValue = 32;
    private const int BytesPerRecord = 320;

    // The cache hands on records only: these stand for answers without one.
    private static readonly SessionRecord Broken = NoRecord();
    private static readonly SessionRecord Foreign = NoRecord();

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

    // Only a record that names its own key, or none, is kept.
    public TrackedItem<SessionRecord> Parse(string key, in RespValue reply)
    {
        var reading = RecordLayout.Read(key, reply, protection);
        return reading.Kind switch
        {
            RecordReadingKind.Found => Keep(reading.Record!),
            RecordReadingKind.Broken => TrackedItem.DoNotKeep(Broken),
            RecordReadingKind.Foreign => TrackedItem.DoNotKeep(Foreign),
            _ => TrackedItem.DoNotKeep<SessionRecord>(),
        };
    }

    /// <summary>What <see cref="Parse"/> has read, from the record that it gave.</summary>
    public static RecordReading ReadingOf(SessionRecord? record) =>
        record is null ? RecordReading.Missing
        : ReferenceEquals(record, Broken) ? RecordReading.Broken
        : ReferenceEquals(record, Foreign) ? RecordReading.Foreign
        : new RecordReading(RecordReadingKind.Found, record);

    public TrackedItem<SessionRecord> Keep(SessionRecord record)
    {
        var bytes = BytesOf(record.Values) + BytesOf(record.SealedValues) + (record.Identity?.Ticket.Length ?? 0) + BytesPerRecord;
        return TrackedItem.Keep(record, (int)Math.Min(bytes, int.MaxValue), clock.ToLocal(record.ExpiresAt));
    }

    private static long BytesOf(RecordValues? values) =>
        values is null ? 0 : values.HeldBytes + (values.Count * BytesPerValue);

    private static SessionRecord NoRecord() => new()
    {
        Version = 0,
        CreatedAt = default,
        RenewedAt = default,
        Lifetime = default,
        Values = RecordValues.Empty,
    };
}
