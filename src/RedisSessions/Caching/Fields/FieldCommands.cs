using System.Globalization;

using RespClient;
using RespClient.Commands;
using RespClient.Protocol;

namespace RedisSessions.Caching.Fields;

/// <summary>The commands and scripts behind <see cref="IFieldCache"/>. Each method but the cluster's ways is one command.</summary>
internal sealed class FieldCommands(IRedisClient client, FieldCommands.Slots slots)
{
    private static readonly LuaScript Create = LuaScript.FromResource(typeof(FieldCommands), "Create.lua");
    private static readonly LuaScript Change = LuaScript.FromResource(typeof(FieldCommands), "Change.lua");
    private static readonly LuaScript Delete = LuaScript.FromResource(typeof(FieldCommands), "Delete.lua");

    private readonly SplitFieldCommands _split = new(client);

    /// <summary>The same commands through another client to the same server.</summary>
    public FieldCommands Through(IRedisClient other) => new(other, slots);

    public async ValueTask<FieldAnswer> CreateAsync(FieldWrite write, CancellationToken cancellationToken)
    {
        if (slots.Differ && write.IndexKey is not null)
        {
            await _split.ListAsync(write.IndexKey, write.Key, write.TimeToLive!.Value, cancellationToken);
            return await CreateOneAsync(write, null, cancellationToken);
        }

        try
        {
            return await CreateOneAsync(write, write.IndexKey, cancellationToken);
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.CrossSlot && !slots.Differ)
        {
            slots.Differ = true;
            return await CreateAsync(write, cancellationToken);
        }
    }

    public async ValueTask<FieldAnswer> ChangeAsync(FieldWrite write, CancellationToken cancellationToken)
    {
        if (slots.Differ && (write.NewKey ?? write.IndexKey) is not null)
        {
            return await _split.ChangeAsync(write, ChangeOneAsync, cancellationToken);
        }

        try
        {
            return await ChangeOneAsync(write, write.NewKey, write.IndexKey, cancellationToken);
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.CrossSlot && !slots.Differ)
        {
            slots.Differ = true;
            return await ChangeAsync(write, cancellationToken);
        }
    }

    public async ValueTask<bool> DeleteAsync(string key, string? indexKey, CancellationToken cancellationToken)
    {
        if (indexKey is null || slots.Differ)
        {
            return await _split.DeleteAsync(key, indexKey, cancellationToken);
        }

        try
        {
            return (await Delete.ExecuteAsync(client, [key, indexKey], [], cancellationToken)).AsBoolean();
        }
        catch (RedisServerException e) when (e.Kind == RedisErrorKind.CrossSlot)
        {
            slots.Differ = true;
            return await _split.DeleteAsync(key, indexKey, cancellationToken);
        }
    }

    private async ValueTask<FieldAnswer> CreateOneAsync(FieldWrite write, string? indexKey, CancellationToken cancellationToken)
    {
        var arguments = new RedisArgument[2 + (write.Set.Count * 2)];
        arguments[0] = Milliseconds(write.TimeToLive!.Value);
        arguments[1] = Milliseconds(write.AbsoluteLifetime ?? TimeSpan.Zero);
        AddFields(write.Set, arguments.AsSpan(2));
        RedisArgument[] keys = indexKey is null ? [write.Key] : [write.Key, indexKey];
        return Answer(await Create.ExecuteAsync(client, keys, arguments, cancellationToken));
    }

    private async ValueTask<FieldAnswer> ChangeOneAsync(
        FieldWrite write, string? newKey, string? indexKey, CancellationToken cancellationToken)
    {
        var keys = new List<RedisArgument>(3) { write.Key };
        var flags = write.Restarts ? "r" : "";
        if (newKey is not null)
        {
            keys.Add(newKey);
            flags += "m";
        }

        if (indexKey is not null)
        {
            keys.Add(indexKey);
            flags += "i";
        }

        var expected = write.Expected;
        var arguments = new RedisArgument[5 + ((expected.Count + write.Set.Count) * 2) + write.Removed.Count];
        arguments[0] = flags.Length == 0 ? "-" : flags;
        arguments[1] = Milliseconds(write.TimeToLive ?? TimeSpan.Zero);
        arguments[2] = Milliseconds(write.AbsoluteLifetime ?? TimeSpan.Zero);
        arguments[3] = expected.Count;
        arguments[4] = write.Set.Count;
        var at = 5;
        foreach (var (field, value) in expected)
        {
            arguments[at++] = field;
            arguments[at++] = value is null ? "-" : (byte[])[(byte)'=', .. value];
        }

        at += AddFields(write.Set, arguments.AsSpan(at));
        foreach (var field in write.Removed)
        {
            arguments[at++] = field;
        }

        return Answer(await Change.ExecuteAsync(client, keys.ToArray(), arguments, cancellationToken));
    }

    private static int AddFields(List<KeyValuePair<string, RedisArgument>> fields, Span<RedisArgument> arguments)
    {
        var at = 0;
        foreach (var (field, value) in fields)
        {
            arguments[at++] = field;
            arguments[at++] = value;
        }

        return at;
    }

    private static FieldAnswer Answer(RespValue reply)
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
                return new FieldAnswer(
                    status,
                    DateTimeOffset.FromUnixTimeMilliseconds(items[1].AsInt64()),
                    TimeSpan.FromMilliseconds(items[2].AsInt64()),
                    items[3].AsInt64());
        }
    }

    /// <summary>What has been learned of the server.</summary>
    internal sealed class Slots
    {
        private volatile bool _differ;

        /// <summary>Set once the server has refused keys of different slots in one script: it is a cluster.</summary>
        public bool Differ
        {
            get => _differ;
            set => _differ = value;
        }
    }

    /// <summary>Whole milliseconds, a part of one counting as one.</summary>
    internal static RedisArgument Milliseconds(TimeSpan time) => (long)Math.Ceiling(time.TotalMilliseconds);
}
