using RespClient.Stress.Callers;
using RespClient.Transactions;

namespace RespClient.Stress.Kinds;

/// <summary>Writes and reads the caller's own key in one transaction, and gets the reply of each of its commands.</summary>
internal sealed class TransactionKind() : CallKind("MULTI", "MULTI")
{
    public override async ValueTask CallAsync(Call call)
    {
        var key = call.Own.Key;
        var value = key.Next();
        try
        {
            var running = call.Client.CreateTransaction()
                .Add(new RedisCommand("SET", key.Name, value))
                .Add(new RedisCommand("ECHO", call.Mark))
                .Add(new RedisCommand("GET", key.Name))
                .ExecuteAsync(call.Token);
            call.Started();
            Call.Expect($"committed [OK, {call.Mark}, {value}]", Text(await running));
        }
        catch (Exception e) when (e is not ForeignReplyException)
        {
            key.Failed(value, Verdict.CannotHaveRun(e, call), Verdict.MayRunLate(e, call));
            throw;
        }

        key.Found(value);
    }

    public static string Text(TransactionResult result) =>
        $"{(result.Committed ? "committed " : "not committed ")}{ReplyText.Of(result.Replies.Select(reply => ReplyText.Of(reply)))}";
}

/// <summary>
/// Counts with WATCH, in a value that names its key: each number is committed once, and nobody commits over another.
/// </summary>
internal sealed class WatchKind() : CallKind("WATCH")
{
    public override int Limit => 16;

    public override async ValueTask CallAsync(Call call)
    {
        var counter = call.World.Watched[call.Random.Next(call.World.Watched.Count)];
        var starting = call.Client.WatchAsync([counter.Name], call.Token);
        call.Started();
        await using var watch = await starting;
        var next = counter.After(ReplyText.Of(await watch.ExecuteAsync(new RedisCommand("GET", counter.Name), call.Token)));
        var text = counter.Text(next);
        TransactionResult result;
        try
        {
            result = await watch.CreateTransaction()
                .Add(new RedisCommand("SET", counter.Name, text))
                .Add(new RedisCommand("ECHO", call.Mark))
                .ExecuteAsync(call.Token);
        }
        catch (Exception e)
        {
            counter.Failed(Verdict.CannotHaveRun(e, call));
            throw;
        }

        Call.Expect(result.Committed ? $"committed [OK, {call.Mark}]" : "not committed []", TransactionKind.Text(result));
        if (result.Committed)
        {
            counter.Committed(next);
        }
    }
}
