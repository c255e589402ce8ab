using System.Runtime.CompilerServices;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;

namespace RedisSessions.Redis;

/// <summary>The commands and scripts behind <see cref="IFieldCache"/>. Each method but the cluster's ways is one command.</summary>
internal sealed class FieldCommands(TimedClient client)
{
    private static readonly LuaScript Read = LuaScript.FromResource(typeof(FieldCommands), "Read.lua", isRepeatable: true);
    private static readonly LuaScript Create = LuaScript.FromResource(typeof(FieldCommands), "Create.lua");
    private static readonly LuaScript Change = LuaScript.FromResource(typeof(FieldCommands), "Change.lua");
    private static readonly LuaScript End = LuaScript.FromResource(typeof(FieldCommands), "End.lua");
    private static readonly LuaScript Delete = LuaScript.FromResource(typeof(FieldCommands), "Delete.lua");

    // A few milliseconds of the server's time.
    private const int MostRemovedAtOnce = 1000;

    private static readonly Func<RespValue, FieldAnswer> ReadAnswer = static reply => FieldAnswer.Read(reply);

    // Set once the server has refused keys of different slots in one script: it is a cluster.
    private volatile bool _slotsDiffer;

    public ValueTask<RespValue> ReadAsync(string key, string[] fields, CancellationToken cancellationToken) =>
        Read.ExecuteAsync(client, [key], [.. fields.Select(field => (RedisArgument)field)], cancellationToken);

    public ValueTask<FieldAnswer> CreateAsync(FieldWrite write, IRedisClient? through, CancellationToken cancellationToken)
    {
        var target = client.Around(through);
        return _slotsDiffer && write.IndexKey is not null
            ? CreateSplitAsync(write, target, cancellationToken)
            : CreateTogetherAsync(write, target, cancellationToken);
    }

    public ValueTask<FieldAnswer> ChangeAsync(FieldWrite write, IRedisClient? through, CancellationToken cancellationToken)
    {
        var target = client.Around(through);
        return (write.NewKey ?? write.IndexKey) is null ? ChangeOne(write, null, null, target, cancellationToken)
            : _slotsDiffer ? ChangeSplitAsync(write, target, cancellationToken)
            : ChangeTogetherAsync(write, target, cancellationToken);
    }

    public async ValueTask<bool> DeleteAsync(string key, string? indexKey, CancellationToken cancellationToken)
    {
        if (indexKey is not null && !_slotsDiffer)
        {
            try
            {
                return (await Delete.ExecuteAsync(client, [key, indexKey], [], cancellationToken)).AsBoolean();
            }
            catch (RedisServerException e) when (e.Kind == RedisErrorKind.CrossSlot)
            {
                _slotsDiffer = true;
            }
        }

        return await new SplitFieldCommands(client).DeleteAsync(key, indexKey, cancellationToken);
    }

    public async ValueTask<(IReadOnlyList<string> Removed, bool AreAll)> DeleteListedAsync(
        string indexKey, string userId, string? keptKey, CancellationToken cancellationToken)
    {
        var removed = new List<string>();
        while (!_slotsDiffer)
        {
            var reply = await End.ExecuteAsync(client, [indexKey], [userId, keptKey ?? "", MostRemovedAtOnce], cancellationToken);
            foreach (var key in reply.Items[1..])
            {
                removed.Add(key.AsString()!);
            }

            switch (reply[0].AsInt64())
            {
                case 0:
                    return (removed, true);
                case 2:
                    _slotsDiffer = true;
                    break;
            }
        }

        return (removed, false);
    }

    private async ValueTask<FieldAnswer> CreateTogetherAsync(FieldWrite write, TimedClient target, CancellationToken cancellationToken)
    {
        try
        {
            return await CreateOne(write, write.IndexKey, target, cancellationToken);
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.CrossSlot && write.IndexKey is not null)
        {
            _slotsDiffer = true;
            return await CreateSplitAsync(write, target, cancellationToken);
        }
    }

    private async ValueTask<FieldAnswer> CreateSplitAsync(FieldWrite write, TimedClient target, CancellationToken cancellationToken)
    {
        await new SplitFieldCommands(client).ListAsync(write.IndexKey!, write.Key, write.TimeToLive!.Value, cancellationToken);
        return await CreateOne(write, null, target, cancellationToken);
    }

    private async ValueTask<FieldAnswer> ChangeTogetherAsync(FieldWrite write, TimedClient target, CancellationToken cancellationToken)
    {
        try
        {
            return await ChangeOne(write, write.NewKey, write.IndexKey, target, cancellationToken);
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.CrossSlot)
        {
            _slotsDiffer = true;
            return await ChangeSplitAsync(write, target, cancellationToken);
        }
    }

    // An observer of the commands takes one reply for that of the whole change, so it sees only the change of a record
    // that stays under its key.
    private ValueTask<FieldAnswer> ChangeSplitAsync(FieldWrite write, TimedClient target, CancellationToken cancellationToken) =>
        new SplitFieldCommands(client).ChangeAsync(
            write, () => ChangeOne(write, null, null, write.NewKey is null ? target : client, cancellationToken), cancellationToken);

    private static ValueTask<FieldAnswer> CreateOne(
        FieldWrite write, string? indexKey, TimedClient target, CancellationToken cancellationToken)
    {
        var few = default(FewArguments);
        var count = FieldArguments.CountToCreate(write);
        var arguments = count <= FewArguments.Length ? few[..count] : new RedisArgument[count];
        FieldArguments.Create(write, arguments);
        return indexKey is null
            ? Create.ExecuteAsync(target, [write.Key], arguments, ReadAnswer, cancellationToken)
            : Create.ExecuteAsync(target, [write.Key, indexKey], arguments, ReadAnswer, cancellationToken);
    }

    private static ValueTask<FieldAnswer> ChangeOne(
        FieldWrite write, string? newKey, string? indexKey, TimedClient target, CancellationToken cancellationToken)
    {
        var few = default(FewArguments);
        var (moves, isListed) = (newKey is not null, indexKey is not null);
        var count = FieldArguments.CountToChange(write, moves, isListed);
        var arguments = count <= FewArguments.Length ? few[..count] : new RedisArgument[count];
        FieldArguments.Change(write, moves, isListed, arguments);
        return (newKey, indexKey) switch
        {
            (null, null) => Change.ExecuteAsync(target, [write.Key], arguments, ReadAnswer, cancellationToken),
            (not null, not null) => Change.ExecuteAsync(target, [write.Key, newKey, indexKey], arguments, ReadAnswer, cancellationToken),
            _ => Change.ExecuteAsync(target, [write.Key, (newKey ?? indexKey)!], arguments, ReadAnswer, cancellationToken),
        };
    }

    // Arguments of a usual write, on the stack: the script copies them into the command's one array.
    [InlineArray(Length)]
    private struct FewArguments
    {
        public const int Length = 16;

        private RedisArgument _first;
    }
}
