using RespClient;
using RespClient.Commands;

namespace RedisSessions.Caching.Fields;

/// <summary>
/// The same changes where keys lie in different slots of a cluster: one command for each key, in an order that loses
/// nothing when the process dies in between. The index is written first, because a member without a record is dropped
/// when someone looks, while a record without a member would outlive "sign out everywhere".
/// </summary>
internal sealed class SplitFieldCommands(IRedisClient client)
{
    private static readonly LuaScript Index = LuaScript.FromResource(typeof(SplitFieldCommands), "Index.lua");

    public async ValueTask ListAsync(string indexKey, string key, TimeSpan timeToLive, CancellationToken cancellationToken) =>
        await Index.ExecuteAsync(client, [indexKey], [FieldArguments.Milliseconds(timeToLive), key], cancellationToken);

    /// <param name="write">The change.</param>
    /// <param name="changeRecord">Changes the record, and neither moves nor lists it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<FieldAnswer> ChangeAsync(
        FieldWrite write, Func<ValueTask<FieldAnswer>> changeRecord, CancellationToken cancellationToken)
    {
        if (write.IndexKey is { } index)
        {
            var listedFor = write.TimeToLive ?? await TimeToLiveAsync(write.Key, cancellationToken);
            if (listedFor <= TimeSpan.Zero)
            {
                return new FieldAnswer(FieldStatus.Gone);
            }

            await ListAsync(index, write.NewKey ?? write.Key, listedFor, cancellationToken);
        }

        var answer = await changeRecord();
        return answer.Status != FieldStatus.Written || write.NewKey is null || await MoveAsync(write.Key, write.NewKey, cancellationToken)
            ? answer
            : new FieldAnswer(FieldStatus.Gone);
    }

    public async ValueTask<bool> DeleteAsync(string key, string? indexKey, CancellationToken cancellationToken)
    {
        var existed = (await client.ExecuteAsync(new RedisCommand("UNLINK", key), cancellationToken)).AsBoolean();
        if (indexKey is not null)
        {
            await client.ExecuteAsync(new RedisCommand("ZREM", indexKey, key), cancellationToken);
        }

        return existed;
    }

    // Copies, then removes: for a moment both keys open the session, and never neither.
    private async ValueTask<bool> MoveAsync(string key, string newKey, CancellationToken cancellationToken)
    {
        var timeToLive = TimeToLiveAsync(key, cancellationToken);
        var dump = await client.ExecuteAsync(new RedisCommand("DUMP", key), cancellationToken);
        var left = await timeToLive;
        if (dump.IsNull || left <= TimeSpan.Zero)
        {
            return false;
        }

        await client.ExecuteAsync(
            new RedisCommand("RESTORE", newKey, FieldArguments.Milliseconds(left), dump.Bytes, "REPLACE"), cancellationToken);
        await client.ExecuteAsync(new RedisCommand("UNLINK", key), cancellationToken);
        return true;
    }

    private async ValueTask<TimeSpan> TimeToLiveAsync(string key, CancellationToken cancellationToken)
    {
        var reply = await client.ExecuteAsync(new RedisCommand("PTTL", key), cancellationToken);
        return TimeSpan.FromMilliseconds(reply.AsInt64());
    }
}
