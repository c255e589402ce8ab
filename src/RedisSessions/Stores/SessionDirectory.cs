using System.Text;

using RedisSessions.Caching;
using RedisSessions.Catalog;
using RedisSessions.Records;

using RespClient;
using RespClient.Protocol;

namespace RedisSessions.Stores;

/// <summary>Finds sessions without their ids: by user, or page by page. Reads only; no TTL changes.</summary>
internal sealed class SessionDirectory(IRedisClient client, IFieldCache cache, SessionKeys keys)
{
    // Keys that are no sessions may fill whole steps of a scan; a page gives up looking after so many.
    private const int StepsPerPage = 32;
    private const int KeysPerStep = 250;

    private static readonly string[] SummaryFields =
    [
        RecordLayout.Created, RecordLayout.Renewed, RecordLayout.Lifetime, RecordLayout.Deadline,
        RecordLayout.User, RecordLayout.Agent, RecordLayout.Address,
    ];

    /// <summary>The keys of a user's records, also of such that have expired.</summary>
    public async ValueTask<List<string>> KeysOfUserAsync(string userId, CancellationToken cancellationToken)
    {
        try
        {
            var reply = await client.ExecuteAsync(
                new RedisCommand("ZRANGE", keys.User(userId), 0, -1), cancellationToken);
            return Texts(reply);
        }
        catch (RedisException e)
        {
            throw Unavailable(e);
        }
    }

    /// <summary>Takes keys that stand for nothing any more out of a user's index.</summary>
    public async ValueTask DropAsync(string userId, IReadOnlyCollection<string> stale, CancellationToken cancellationToken)
    {
        if (stale.Count == 0)
        {
            return;
        }

        try
        {
            RedisArgument[] arguments = [keys.User(userId), .. stale.Select(key => (RedisArgument)key)];
            await client.ExecuteAsync(new RedisCommand("ZREM", arguments), cancellationToken);
        }
        catch (RedisException e)
        {
            throw Unavailable(e);
        }
    }

    /// <summary>Some keys of records, and where to go on; <c>"0"</c> after the last.</summary>
    public async ValueTask<(List<string> Keys, string Next)> ScanAsync(
        string cursor, int wanted, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        try
        {
            for (var step = 0; step < StepsPerPage; step++)
            {
                var count = Math.Clamp(wanted - found.Count, 10, KeysPerStep);
                var reply = await client.ExecuteAsync(
                    new RedisCommand("SCAN", cursor, "MATCH", keys.Prefix + "*", "COUNT", count), cancellationToken);
                cursor = reply.Items[0].AsString()!;
                found.AddRange(Texts(reply.Items[1]).Where(key => keys.PublicId(key) is not null));
                if (cursor == "0" || found.Count >= wanted)
                {
                    break;
                }
            }
        }
        catch (RedisException e)
        {
            throw Unavailable(e);
        }

        return (found, cursor);
    }

    /// <summary>The records under these keys, in one round trip; <see langword="null"/> where there is none that can be read.</summary>
    public async ValueTask<SessionSummary?[]> SummariesAsync(IReadOnlyList<string> recordKeys, CancellationToken cancellationToken)
    {
        // Started before any is awaited: they travel together.
        var pending = recordKeys.Select(key => SummaryAsync(key, cancellationToken).AsTask()).ToArray();
        return await Task.WhenAll(pending);
    }

    private async ValueTask<SessionSummary?> SummaryAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return Summary(key, await cache.ReadAsync(key, SummaryFields, cancellationToken));
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.WrongType)
        {
            return null;
        }
        catch (RedisException e)
        {
            throw Unavailable(e);
        }
    }

    private SessionSummary? Summary(string key, byte[]?[] fields)
    {
        if (RecordLayout.Time(fields[0]) is not { } created
            || RecordLayout.Time(fields[1]) is not { } renewed
            || RecordLayout.Duration(fields[2]) is not { } lifetime)
        {
            return null;
        }

        var idle = renewed + lifetime;
        var expires = RecordLayout.Time(fields[3]) is { } deadline && deadline < idle ? deadline : idle;
        return new SessionSummary(keys.PublicId(key)!, Text(fields[4]), created, renewed, expires, Text(fields[5]), Text(fields[6]));
    }

    private static List<string> Texts(RespValue reply)
    {
        var texts = new List<string>(reply.Items.Length);
        foreach (var item in reply.Items)
        {
            texts.Add(item.AsString()!);
        }

        return texts;
    }

    private static string? Text(byte[]? bytes) => bytes is null or [] ? null : Encoding.UTF8.GetString(bytes);

    private static SessionUnavailableException Unavailable(RedisException cause) =>
        new("Redis could not list the sessions.", cause);
}
