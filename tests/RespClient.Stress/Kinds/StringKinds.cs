using RespClient.Commands;
using RespClient.Stress.Callers;

namespace RespClient.Stress.Kinds;

/// <summary>Comes back as it was sent.</summary>
internal sealed class EchoKind() : CallKind("ECHO", "ECHO")
{
    public override async ValueTask CallAsync(Call call)
    {
        var padding = call.Random.Next(20) == 0 ? call.Random.Next(5000) : call.Random.Next(60);
        var text = $"{call.Mark}{new string('.', padding)}";
        Call.Expect(text, await call.SendAsync("ECHO", text));
    }
}

/// <summary>Writes the caller's own key.</summary>
internal sealed class SetKind() : CallKind("SET", "SET")
{
    public override async ValueTask CallAsync(Call call)
    {
        var key = call.Own.Key;
        var value = key.Next();
        try
        {
            Call.Expect("OK", await call.SendAsync("SET", key.Name, value));
        }
        catch (Exception e) when (e is not ForeignReplyException)
        {
            key.Failed(value, Verdict.CannotHaveRun(e, call), Verdict.MayRunLate(e, call));
            throw;
        }

        key.Found(value);
    }
}

/// <summary>Reads the caller's own key.</summary>
internal sealed class GetKind() : CallKind("GET", "GET")
{
    public override async ValueTask CallAsync(Call call)
    {
        if (call.Timeout is not null)
        {
            call.Own.Key.Check(ReplyText.Of(await call.SendAsync("GET", call.Own.Key.Name)));
            return;
        }

        var reply = call.Client.GetStringAsync(call.Own.Key.Name, call.Token);
        call.Started();
        call.Own.Key.Check(await reply ?? ReplyText.Null);
    }
}

/// <summary>Reads what is not there: nothing must be found.</summary>
internal sealed class MissingKind() : CallKind("GET nothing", "GET")
{
    public override async ValueTask CallAsync(Call call) =>
        Call.Expect(ReplyText.Null, await call.SendAsync("GET", $"{call.Mark}missing"));
}

/// <summary>Counts, with a number as the reply.</summary>
internal sealed class IncrementKind() : CallKind("INCR", "INCR")
{
    public override async ValueTask CallAsync(Call call)
    {
        var counter = call.Own.Counter;
        counter.Ask();
        string reply;
        try
        {
            reply = ReplyText.Of(await call.SendAsync("INCR", counter.Name));
        }
        catch (Exception e)
        {
            counter.Failed(Verdict.CannotHaveRun(e, call));
            throw;
        }

        counter.Check(reply);
    }
}
