using RespClient.Protocol;
using RespClient.Stress.Callers;
using RespClient.Stress.Owned;
using RespClient.Tracking;

namespace RespClient.Stress.Kinds;

/// <summary>Reads through the near cache: the record must be the key's, and no older than what was written before.</summary>
internal sealed class TrackedReadKind() : CallKind("tracked read", "HGETALL")
{
    public override async ValueTask CallAsync(Call call)
    {
        var records = call.World.Tracked;
        var index = records.Pick(call.Random);
        var least = records.Written(index);
        if (call.World.Cache.TryGet(index, out var record))
        {
            records.Check(index, record, least);
        }

        least = records.Written(index);
        var reading = call.World.Cache.GetAsync(index, call.Token);
        call.Started();
        records.Check(index, await reading, least);
    }
}

/// <summary>Writes through the cache, which keeps what was written.</summary>
internal sealed class TrackedWriteKind() : CallKind("tracked write", "EVAL")
{
    public override async ValueTask CallAsync(Call call)
    {
        var records = call.World.Tracked;
        var index = records.Pick(call.Random);
        var writer = call.World.Cache.Writer(index, (reply, _) =>
            reply.Kind == RespKind.Array ? records.Keep(index, reply[1].AsInt64()) : TrackedItem.DoNotKeep<TrackedRecord>());
        var writing = TrackedRecords.Write.ExecuteAsync(writer, [records.Name(index)], [call.Mark], call.Token);
        call.Started();
        records.CheckWritten(index, call.Mark, await writing);
    }
}

/// <summary>Writes beside the cache, with a mark on the record meanwhile.</summary>
internal sealed class MarkedWriteKind() : CallKind("marked write", "EVAL")
{
    public override async ValueTask CallAsync(Call call)
    {
        var records = call.World.Tracked;
        var index = records.Pick(call.Random);
        RespValue reply;
        using (call.World.Cache.BeginWrite(index))
        {
            var writing = TrackedRecords.Write.ExecuteAsync(call.Client, [records.Name(index)], [call.Mark], call.Token);
            call.Started();
            reply = await writing;
        }

        records.CheckWritten(index, call.Mark, reply);
    }
}
