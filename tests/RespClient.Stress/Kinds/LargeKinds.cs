using RespClient.Protocol;
using RespClient.Stress.Callers;
using RespClient.Stress.Owned;

namespace RespClient.Stress.Kinds;

/// <summary>Writes 300 kB.</summary>
internal sealed class LargeSetKind() : CallKind("SET of 300 kB", "SET")
{
    public override int Limit => 16;

    public override async ValueTask CallAsync(Call call)
    {
        var (key, value) = call.World.Fixtures.PickLarge(call.Random);
        Call.Expect("OK", await call.SendAsync("SET", key, value));
    }
}

/// <summary>Reads 300 kB, as a value or to the end of a writer.</summary>
internal sealed class LargeGetKind() : CallKind("GET of 300 kB", "GET")
{
    public override int Limit => 16;

    public override async ValueTask CallAsync(Call call)
    {
        var (key, _) = call.World.Fixtures.PickLarge(call.Random);
        if (call.Random.Next(2) == 0)
        {
            call.World.Fixtures.CheckLarge(key, (await call.SendAsync("GET", key)).Bytes.Span);
            return;
        }

        var writer = new GuardedWriter(touched => call.World.Fail(Name, "a writer that is not touched after its wait has ended", touched));
        try
        {
            var reading = call.Client.GetAsync(key, writer, call.Token);
            call.Started();
            await reading;
        }
        finally
        {
            writer.Close();
        }

        call.World.Fixtures.CheckLarge(key, writer.Written);
    }
}

/// <summary>Reads 300 kB over a connection of its own.</summary>
internal sealed class OwnConnectionKind() : CallKind("GET on its own connection")
{
    public override int Limit => 8;

    public override async ValueTask CallAsync(Call call)
    {
        var (key, _) = call.World.Fixtures.PickLarge(call.Random);
        var reading = call.Client.ExecuteAsync(call.Command("GET", key) with { OnOwnConnection = true }, call.Token);
        call.Started();
        call.World.Fixtures.CheckLarge(key, (await reading).Bytes.Span);
    }
}

/// <summary>Asks for what is beyond the limits, alone or among other values: an error of its own, and nothing for others.</summary>
internal sealed class ExcessKind() : CallKind("reply beyond a limit", "GET", "MGET")
{
    public override int Limit => 4;

    public override async ValueTask CallAsync(Call call)
    {
        var fixtures = call.World.Fixtures;
        RespValue reply;
        try
        {
            reply = call.Random.Next(2) == 0
                ? await call.SendAsync("GET", fixtures.ExcessiveKey)
                : await call.SendAsync("MGET", fixtures.PickString(call.Random).Key, fixtures.ExcessiveKey, fixtures.PickString(call.Random).Key);
        }
        catch (RedisProtocolException e) when (e.Message.Contains("It was not kept", StringComparison.Ordinal))
        {
            return;
        }

        throw new ForeignReplyException("an error that says which limit", ReplyText.Of(reply));
    }
}
