using System.Globalization;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;

using VerificationCodes.Codes;
using VerificationCodes.Delivery;

namespace VerificationCodes.Outbox;

/// <summary>Reads the outbox's keys.</summary>
internal sealed class OutboxMonitor(IRedisClient redis, RedisKeys keys) : IOutboxMonitor
{
    private const int MaxCount = 1000;
    private static readonly LuaScript CountScript = LuaScript.FromResource(typeof(OutboxMonitor), "Count.lua", isRepeatable: true);

    public async ValueTask<OutboxCounts> CountAsync(CancellationToken cancellationToken)
    {
        var counts = await CountScript
            .ExecuteAsync(redis, [keys.Outbox, keys.Delayed, keys.DeadLetters], [], cancellationToken)
            .OrUnavailableAsync();
        return new OutboxCounts(counts.Items[0].AsInt64(), counts.Items[1].AsInt64(), counts.Items[2].AsInt64());
    }

    public async ValueTask<IReadOnlyList<DeadLetter>> ListDeadLettersAsync(int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MaxCount);
        var reply = await redis.ReadTaggedAsync("XREVRANGE", keys.DeadLetters, ["+", "-", "COUNT", count], cancellationToken).OrUnavailableAsync();
        var letters = new List<DeadLetter>(reply.Items.Length);
        foreach (var entry in reply.Items)
        {
            letters.Add(Read(entry.Items[0].AsString()!, entry.Items[1].Items));
        }

        return letters;
    }

    /// <summary>An entry's id starts with its time; its fields are reason and message, as Settle.lua writes them.</summary>
    private static DeadLetter Read(string id, ReadOnlySpan<RespValue> fields)
    {
        var at = long.Parse(id.AsSpan(0, id.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
        var message = OutboxMessage.FromJson(fields[3].Bytes.Span);
        return new DeadLetter(
            DateTimeOffset.FromUnixTimeMilliseconds(at), message.MaskedTo, message.Notice ?? message.Purpose ?? "?", message.Attempts, fields[1].AsString()!);
    }
}
