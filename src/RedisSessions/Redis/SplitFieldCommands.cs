using RespClient;
using RespClient.Commands;

namespace RedisSessions.Redis;

/// <summary>
/// The same changes where keys lie in different slots of a cluster: one command for each key, in an order that loses
/// nothing when the process dies in between. The index is written first, because a member without a record is dropped
/// when someone looks, while a record without a member would outlive "sign out everywhere".
/// </summary>
internal sealed class SplitFieldCommands(IRedisClient client)
{
    private static readonly LuaScript Index = LuaScript.FromResource(typeof(SplitFieldCommands), "Index.lua");
    private static readonly LuaScript Dump = LuaScript.FromResource(typeof(SplitFieldCommands), "Dump.lua", isRepeatable: true);
    private static readonly LuaScript Restore = LuaScript.FromResource(typeof(SplitFieldCommands), "Restore.lua");

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
            var listedFor = write.TimeToLive ?? (await DumpAsync(write.Key, isWanted: false, cancellationToken)).TimeToLive;
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
        var existed = await client.UnlinkAsync(key, cancellationToken);
        if (indexKey is not null)
        {
            await client.ZRemAsync(indexKey, [key], cancellationToken);
        }

        return existed;
    }

    // Copies, then removes: for a moment both keys open the session, and never neither.
    private async ValueTask<bool> MoveAsync(string key, string newKey, CancellationToken cancellationToken)
    {
        var (left, content) = await DumpAsync(key, isWanted: true, cancellationToken);
        if (content.IsEmpty || left <= TimeSpan.Zero)
        {
            return false;
        }

        await Restore.ExecuteAsync(client, [newKey], [FieldArguments.Milliseconds(left), content], cancellationToken);
        await client.UnlinkAsync(key, cancellationToken);
        return true;
    }

    private async ValueTask<(TimeSpan TimeToLive, ReadOnlyMemory<byte> Content)> DumpAsync(
        string key, bool isWanted, CancellationToken cancellationToken)
    {
        var reply = await Dump.ExecuteAsync(client, [key], [isWanted ? "1" : "0"], cancellationToken);
        return (TimeSpan.FromMilliseconds(reply[0].AsInt64()), isWanted ? reply[1].Bytes : default);
    }
}
