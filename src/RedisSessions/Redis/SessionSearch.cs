using System.Text;

using RedisSessions.Catalog;
using RedisSessions.Diagnostics;
using RedisSessions.Records;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;

namespace RedisSessions.Redis;

/// <summary>Finds sessions without their ids: by user, or page by page. Reads only; no TTL changes.</summary>
internal sealed class SessionSearch(
    IRedisClient client, IFieldCache cache, SessionKeys keys, RecordReport report, RedisClock clock)
{
    // Keys that are no sessions may fill whole steps of a scan; a page gives up looking after so many.
    private const int StepsPerPage = 32;
    private const int KeysPerStep = 250;

    private static readonly string[] SummaryFields =
    [
        RecordLayout.Created, RecordLayout.Renewed, RecordLayout.Lifetime, RecordLayout.Deadline,
        RecordLayout.User, RecordLayout.Agent, RecordLayout.Address, RecordLayout.Version, RecordLayout.Mark,
    ];

    private static readonly LuaScript Members = LuaScript.FromResource(typeof(SessionSearch), "Members.lua", isRepeatable: true);

    /// <summary>The keys of a user's records, even of expired ones.</summary>
    public async ValueTask<List<string>> KeysOfUserAsync(string userId, CancellationToken cancellationToken)
    {
        try
        {
            return Texts(await Members.ExecuteAsync(client, [keys.User(userId)], [], cancellationToken));
        }
        catch (RedisException e)
        {
            throw Unavailable(e);
        }
    }

    /// <summary>Removes keys without a record from a user's index.</summary>
    public async ValueTask DropAsync(string userId, IReadOnlyCollection<string> stale, CancellationToken cancellationToken)
    {
        if (stale.Count == 0)
        {
            return;
        }

        try
        {
            await client.ZRemAsync(keys.User(userId), [.. stale.Select(key => (RedisArgument)key)], cancellationToken);
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

    /// <summary>The records under these keys, in one round trip, and one more for those that seem to be none.</summary>
    public async ValueTask<SummaryReading[]> SummariesAsync(IReadOnlyList<string> recordKeys, CancellationToken cancellationToken)
    {
        // Started before any is awaited: they travel together.
        var pending = recordKeys.Select(key => SummaryAsync(key, cancellationToken).AsTask()).ToArray();
        return await Task.WhenAll(pending);
    }

    // What is shown, and what is taken out of an index, depends on whose record it is: see SecondLook.
    private async ValueTask<SummaryReading> SummaryAsync(string key, CancellationToken cancellationToken)
    {
        var first = await ReadingOfAsync(key, cache.ReadAsync(key, SummaryFields, cancellationToken));
        if (first.Kind == RecordReadingKind.Found && !clock.IsPast(first.Summary!.ExpiresAt))
        {
            return first;
        }

        var second = await ReadingOfAsync(key, cache.ConfirmAsync(key, SummaryFields, cancellationToken));
        if (first.Kind == RecordReadingKind.Foreign || second.Kind == RecordReadingKind.Foreign)
        {
            report.Foreign(key, isAlarm: false);
        }
        else if (second.Kind == RecordReadingKind.Found && first.Kind != RecordReadingKind.Found)
        {
            report.Contradicted(key, first.Kind);
        }

        return second;
    }

    private async ValueTask<SummaryReading> ReadingOfAsync(string key, ValueTask<RespValue> reply)
    {
        try
        {
            return Summary(key, await reply);
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.WrongType)
        {
            return new SummaryReading(RecordReadingKind.Broken);
        }
        catch (RedisReplyTypeException)
        {
            return new SummaryReading(RecordReadingKind.Broken);
        }
        catch (RedisException e)
        {
            throw Unavailable(e);
        }
    }

    private SummaryReading Summary(string key, in RespValue reply)
    {
        if (reply.Count != SummaryFields.Length)
        {
            return new SummaryReading(RecordReadingKind.Broken);
        }

        var fields = reply.Items;
        if (RecordLayout.Number(fields[7].Bytes.Span) is { } version && RecordMark.NamesAnother(fields[8].Bytes.Span, version, key))
        {
            return new SummaryReading(RecordReadingKind.Foreign);
        }

        if (RecordLayout.Time(fields[0].Bytes.Span) is not { } created
            || RecordLayout.Time(fields[1].Bytes.Span) is not { } renewed
            || RecordLayout.Duration(fields[2].Bytes.Span) is not { } lifetime)
        {
            return new SummaryReading(RecordReadingKind.Missing);
        }

        var idle = renewed + lifetime;
        var expires = RecordLayout.Time(fields[3].Bytes.Span) is { } deadline && deadline < idle ? deadline : idle;
        return new SummaryReading(RecordReadingKind.Found, new SessionSummary(
            keys.PublicId(key)!, Text(fields[4]), created, renewed, expires, Text(fields[5]), Text(fields[6])));
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

    private static string? Text(in RespValue field) => field.Bytes.IsEmpty ? null : Encoding.UTF8.GetString(field.Bytes.Span);

    private SessionUnavailableException Unavailable(RedisException cause) => report.Unavailable("list", "Redis", cause);
}

/// <summary>What a reply says of a record of which only the summary was asked for.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Summary">The summary, where there is a record.</param>
internal readonly record struct SummaryReading(RecordReadingKind Kind, SessionSummary? Summary = null);
