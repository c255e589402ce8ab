using RespClient.Protocol;

namespace RedisSessions.Redis;

/// <summary>How a <see cref="FieldWrite"/> ended.</summary>
internal enum FieldStatus
{
    /// <summary>There is no such entry any more; nothing was written.</summary>
    Gone = 0,

    /// <summary>Written.</summary>
    Written = 1,

    /// <summary>A field has another value than expected; nothing was written.</summary>
    Conflict = 2,
}

/// <summary>The answer to a <see cref="FieldWrite"/>.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Now">The time by Redis' clock; <see langword="null"/> where the step had no need to look.</param>
/// <param name="TimeToLive">The TTL where it was set; zero where it was left alone.</param>
/// <param name="Version">The entry's version afterwards.</param>
/// <param name="Current">On a conflict: the values of the expected fields, in their order.</param>
internal readonly record struct FieldAnswer(
    FieldStatus Status,
    DateTimeOffset? Now = null,
    TimeSpan TimeToLive = default,
    long Version = 0,
    byte[]?[]? Current = null)
{
    /// <summary>Reads what the scripts return.</summary>
    public static FieldAnswer Read(in RespValue reply)
    {
        var items = reply.Items;
        var status = (FieldStatus)items[0].AsInt64();
        switch (status)
        {
            case FieldStatus.Gone:
                return new FieldAnswer(status);
            case FieldStatus.Conflict:
                var current = new byte[]?[items.Length - 1];
                for (var i = 0; i < current.Length; i++)
                {
                    current[i] = items[i + 1].AsBytes();
                }

                return new FieldAnswer(status, Current: current);
            default:
                var now = items[1].AsInt64();
                return new FieldAnswer(
                    status,
                    now == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(now),
                    TimeSpan.FromMilliseconds(items[2].AsInt64()),
                    items[3].AsInt64());
        }
    }
}
