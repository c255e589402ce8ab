using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Commands;

/// <summary>An entry of a stream.</summary>
/// <param name="Id">Its id, such as <c>1700000000000-0</c>.</param>
/// <param name="Fields">Field, value, field, value; empty if the entry was deleted meanwhile.</param>
public sealed record StreamEntry(string Id, IReadOnlyList<byte[]> Fields)
{
    /// <summary>The value of a field, or <see langword="null"/> if the entry does not have it.</summary>
    public byte[]? this[string field]
    {
        get
        {
            var name = System.Text.Encoding.UTF8.GetBytes(field);
            for (var index = 0; index + 1 < Fields.Count; index += 2)
            {
                if (Fields[index].AsSpan().SequenceEqual(name))
                {
                    return Fields[index + 1];
                }
            }

            return null;
        }
    }
}

/// <summary>What XAUTOCLAIM found.</summary>
/// <param name="NextStart">Where to go on; <c>0-0</c>: the end was reached.</param>
/// <param name="Entries">The entries that are ours now.</param>
public sealed record ClaimedEntries(string NextStart, IReadOnlyList<StreamEntry> Entries);

/// <summary>Commands on streams and consumer groups. Exceptions are those of <see cref="IRedisClient.ExecuteAsync"/>.</summary>
public static class StreamCommands
{
    /// <summary>XADD with an id of the server's: the new entry's id.</summary>
    /// <param name="client">Where.</param>
    /// <param name="key">The stream.</param>
    /// <param name="fieldsAndValues">Field, value, field, value.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static ValueTask<string> XAddAsync(this IRedisClient client, RedisArgument key, ReadOnlySpan<RedisArgument> fieldsAndValues, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(ReplyTask.Command("XADD", [key, "*"], fieldsAndValues), cancellationToken).As(static value => value.AsString()!);

    /// <summary>XGROUP CREATE … MKSTREAM: false if the group exists already.</summary>
    /// <param name="client">Where.</param>
    /// <param name="key">The stream; created if it does not exist.</param>
    /// <param name="group">The consumer group.</param>
    /// <param name="start">The id after which it reads: <c>0</c> for everything, <c>$</c> for what comes.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async ValueTask<bool> XGroupCreateAsync(this IRedisClient client, RedisArgument key, RedisArgument group, string start = "0", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        try
        {
            await client.ExecuteAsync(new RedisCommand("XGROUP", "CREATE", key, group, start, "MKSTREAM"), cancellationToken);
            return true;
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.BusyGroup)
        {
            return false;
        }
    }

    /// <summary>XREADGROUP … STREAMS key &gt;: entries that no consumer of the group has seen; empty if there are none.</summary>
    /// <param name="client">Where.</param>
    /// <param name="key">The stream.</param>
    /// <param name="group">The consumer group.</param>
    /// <param name="consumer">The consumer that gets them.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="block">How long to wait for one, on a connection of its own; <see langword="null"/>: not at all.</param>
    /// <param name="cancellationToken">Stops waiting; entries that were on their way are pending for the consumer.</param>
    public static ValueTask<IReadOnlyList<StreamEntry>> XReadGroupAsync(
        this IRedisClient client, RedisArgument key, RedisArgument group, RedisArgument consumer, int count = 10, TimeSpan? block = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        var command = block is { } time
            ? new RedisCommand("XREADGROUP", "GROUP", group, consumer, "COUNT", count, "BLOCK", ReplyTask.Milliseconds(time), "STREAMS", key, ">")
            : new RedisCommand("XREADGROUP", "GROUP", group, consumer, "COUNT", count, "STREAMS", key, ">");
        return client.ExecuteAsync(command, cancellationToken).As<IReadOnlyList<StreamEntry>>(static value => value.Items.IsEmpty ? [] : ReadEntries(OfFirstStream(value)));
    }

    /// <summary>XACK: how many of the ids were pending and are not any more.</summary>
    public static ValueTask<long> XAckAsync(this IRedisClient client, RedisArgument key, RedisArgument group, ReadOnlySpan<RedisArgument> ids, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(ReplyTask.Command("XACK", [key, group], ids), cancellationToken).AsInt64();

    /// <summary>XDEL: how many of the ids existed.</summary>
    public static ValueTask<long> XDelAsync(this IRedisClient client, RedisArgument key, ReadOnlySpan<RedisArgument> ids, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(ReplyTask.Command("XDEL", [key], ids), cancellationToken).AsInt64();

    /// <summary>XLEN: how many entries the stream has.</summary>
    public static ValueTask<long> XLenAsync(this IRedisClient client, RedisArgument key, CancellationToken cancellationToken = default) =>
        client.ExecuteAsync(new RedisCommand("XLEN", key), cancellationToken).AsInt64();

    /// <summary>XAUTOCLAIM: takes over entries that another consumer has held for too long.</summary>
    /// <param name="client">Where.</param>
    /// <param name="key">The stream.</param>
    /// <param name="group">The consumer group.</param>
    /// <param name="consumer">The consumer that gets them.</param>
    /// <param name="idleFor">How long they must have been pending.</param>
    /// <param name="start">Where to begin: <c>0-0</c>, then <see cref="ClaimedEntries.NextStart"/>.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static ValueTask<ClaimedEntries> XAutoClaimAsync(
        this IRedisClient client, RedisArgument key, RedisArgument group, RedisArgument consumer, TimeSpan idleFor, string start = "0-0", int count = 10, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentOutOfRangeException.ThrowIfLessThan(idleFor, TimeSpan.Zero);
        var command = new RedisCommand("XAUTOCLAIM", key, group, consumer, (long)idleFor.TotalMilliseconds, start, "COUNT", count);
        return client.ExecuteAsync(command, cancellationToken).As(static value => new ClaimedEntries(value.Items[0].AsString()!, ReadEntries(value.Items[1])));
    }

    // RESP3 answers a map of streams, RESP2 an array of pairs.
    private static RespValue OfFirstStream(RespValue value) =>
        value.Kind == RespKind.Map ? value.Items[1] : value.Items[0].Items[1];

    private static StreamEntry[] ReadEntries(RespValue value)
    {
        var entries = new List<StreamEntry>(value.Items.Length);
        foreach (var item in value.Items)
        {
            // Redis 6 leaves a null for an entry that was deleted while it was pending.
            if (!item.IsNull)
            {
                var fields = item.Items[1].Items;
                var bytes = new byte[fields.Length][];
                for (var index = 0; index < bytes.Length; index++)
                {
                    bytes[index] = fields[index].AsBytes() ?? [];
                }

                entries.Add(new StreamEntry(item.Items[0].AsString()!, bytes));
            }
        }

        return [.. entries];
    }
}
