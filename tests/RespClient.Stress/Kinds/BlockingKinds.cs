using RespClient.Protocol;
using RespClient.Stress.Callers;

namespace RespClient.Stress.Kinds;

/// <summary>Waits for an element of the caller's own list, which another caller pushes.</summary>
internal sealed class BlockingPopKind() : CallKind("BLPOP")
{
    public override int Limit => 24;

    public override async ValueTask CallAsync(Call call)
    {
        var list = call.Own.List ??= call.World.NewList(call.Own.Prefix);

        // For ever only where it is cancelled in any case; then sometimes for what nobody pushes.
        var isEndless = call.IsCancelled && call.Random.Next(2) == 0;
        var seconds = isEndless ? 0 : 0.05 + (call.Random.NextDouble() * 0.3);
        if (!isEndless || call.Random.Next(2) == 0)
        {
            call.World.Wanted.Enqueue(list);
        }

        RespValue reply;
        try
        {
            reply = await call.SendAsync(call.Random.Next(2) == 0 ? "BLPOP" : "BRPOP", list.Name, seconds);
        }
        catch (Exception e)
        {
            list.EndedEarly(Verdict.CannotHaveRun(e, call));
            throw;
        }

        if (!reply.IsNull)
        {
            Call.Expect(reply.Kind == RespKind.Array && reply.Count == 2 && reply[0].AsString() == list.Name, $"[{list.Name}, {list.Name}=…]", reply);
            list.Take(reply[1].AsString()!);
        }
    }
}

/// <summary>Gives up waiting for an element; one that is pushed afterwards must be left alone.</summary>
internal sealed class AbandonedPopKind() : CallKind("BLPOP given up")
{
    public override int Limit => 4;

    public override async ValueTask CallAsync(Call call)
    {
        var list = $"{call.Mark}abandoned";
        try
        {
            Call.Expect(ReplyText.Null, await call.SendAsync("BLPOP", list, call.IsCancelled ? 0 : 0.05));
        }
        catch (Exception e) when (!call.World.Phase.IsDisturbed && e is OperationCanceledException or RedisTimeoutException)
        {
            // Two looks of the server at its sockets: in the second it knows that the connection was closed before.
            Call.Expect(call.Mark, await call.Client.ExecuteAsync(new RedisCommand("ECHO", call.Mark)));
            Call.Expect(call.Mark, await call.Client.ExecuteAsync(new RedisCommand("ECHO", call.Mark)));
            Call.Expect("1", await call.Client.ExecuteAsync(new RedisCommand("RPUSH", list, call.Mark)));
            Call.Expect($"[{call.Mark}]", await call.Client.ExecuteAsync(new RedisCommand("LRANGE", list, 0, -1)));
            throw;
        }
    }
}

/// <summary>Pushes an element to the list of a caller who waits for it.</summary>
internal sealed class PushKind() : CallKind("RPUSH", "RPUSH", "ECHO")
{
    public override async ValueTask CallAsync(Call call)
    {
        if (!call.World.Wanted.TryDequeue(out var list))
        {
            await Mix.Filler.CallAsync(call);
            return;
        }

        var element = list.Next();
        RespValue reply;
        try
        {
            reply = await call.SendAsync("RPUSH", list.Name, element);
        }
        catch (Exception e)
        {
            list.NotPushed(element, Verdict.CannotHaveRun(e, call));
            throw;
        }

        list.Pushed(element);
        Call.Expect(reply.Kind == RespKind.Integer && reply.AsInt64() > 0, "the length of a list", reply);
    }
}
