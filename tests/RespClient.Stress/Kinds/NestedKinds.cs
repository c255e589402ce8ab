using RespClient.Commands;
using RespClient.Protocol;
using RespClient.Stress.Callers;

namespace RespClient.Stress.Kinds;

/// <summary>Reads several keys: each value must name its key, in the order of the keys.</summary>
internal sealed class ManyKind() : CallKind("MGET", "MGET")
{
    public override async ValueTask CallAsync(Call call)
    {
        var picked = Enumerable.Range(0, call.Random.Next(1, 12)).Select(_ => call.World.Fixtures.PickString(call.Random)).ToArray();
        var missing = $"{call.Mark}missing";
        RedisArgument[] keys = [.. picked.Select(one => (RedisArgument)one.Key), missing];
        Call.Expect(ReplyText.Of([.. picked.Select(one => one.Value), ReplyText.Null]), await call.SendAsync("MGET", keys));
    }
}

/// <summary>Reads a hash: its fields and values name it.</summary>
internal sealed class HashKind() : CallKind("HGETALL", "HGETALL")
{
    public override async ValueTask CallAsync(Call call)
    {
        var (key, content) = call.World.Fixtures.PickHash(call.Random);
        if (call.Timeout is not null)
        {
            Call.Expect(content, await call.SendAsync("HGETALL", key));
            return;
        }

        var reply = call.Client.HGetAllAsync(key, call.Token);
        call.Started();
        Call.Expect(content, await reply);
    }
}

/// <summary>A script by its hash, which answers with its key and arguments.</summary>
internal sealed class ScriptKind() : CallKind("LuaScript", "EVALSHA", "EVAL")
{
    private static readonly LuaScript Script = new("return {KEYS[1], ARGV[1], {ARGV[2], 7}}");

    public override async ValueTask CallAsync(Call call)
    {
        var reply = Script.ExecuteAsync(call.Client, [$"{call.Mark}key"], [call.Mark, $"{call.Mark}second"], call.Token);
        call.Started();
        Call.Expect($"[{call.Mark}key, {call.Mark}, [{call.Mark}second, 7]]", await reply);
    }
}

/// <summary>A script by its text, whose answer is nested.</summary>
internal sealed class NestedKind() : CallKind("EVAL", "EVAL")
{
    private const string Source = "return {ARGV[1], {ARGV[2], false, {KEYS[1], {}}}, tonumber(ARGV[3])}";

    public override async ValueTask CallAsync(Call call)
    {
        var number = call.Random.Next();
        var reply = await call.SendAsync("EVAL", Source, 1, $"{call.Mark}key", call.Mark, $"{call.Mark}second", number);
        Call.Expect($"[{call.Mark}, [{call.Mark}second, {ReplyText.Null}, [{call.Mark}key, []]], {number}]", reply);
    }
}

/// <summary>An error that names its caller.</summary>
internal sealed class ErrorKind() : CallKind("error reply", "EVAL")
{
    public override async ValueTask CallAsync(Call call)
    {
        RespValue reply;
        try
        {
            reply = await call.SendAsync("EVAL", "return redis.error_reply('MINE ' .. ARGV[1])", 0, call.Mark);
        }
        catch (RedisServerException e)
        {
            Call.Expect($"MINE {call.Mark}", e.Message);
            return;
        }

        Call.Expect($"error: MINE {call.Mark}", reply);
    }
}
