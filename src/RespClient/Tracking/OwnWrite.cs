using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Tracking;

/// <summary>
/// A local write to a record that the cache may hold, followed on the wire. Until its reply, readers may get the record
/// from before; from the reply on, the one written or none.
/// </summary>
internal sealed class OwnWrite<TKey, TValue>(
    TrackedTable<TKey, TValue> table, RedisClient client, TKey key, Func<RespValue, TValue?, TrackedItem<TValue>> keep)
    : IRedisClient, IReplyObserver
    where TKey : notnull
    where TValue : class
{
    public ValueTask<RespValue> ExecuteAsync(RedisCommand command, CancellationToken cancellationToken = default) =>
        CommandRules.Classify(command) == CommandNeed.Shared
            ? client.ExecuteAsync(command, this, cancellationToken)
            : ExecuteApartAsync(command, cancellationToken);

    public void OnReply(in RespValue reply)
    {
        var written = Written(reply);
        if (!written.IsUnchanged)
        {
            table.OnOwnReply(key, written, client.AnsweredThrough);
        }
    }

    public void OnLost()
    {
        // The connection is gone, and with it everything that was kept.
    }

    private TrackedItem<TValue> Written(in RespValue reply)
    {
        if (reply.IsError)
        {
            // The script has not run, and comes again. Any other may have failed half way.
            return RedisErrorKinds.Parse(reply.AsString()!) == RedisErrorKind.NoScript
                ? TrackedItem.Unchanged<TValue>()
                : TrackedItem.DoNotKeep<TValue>();
        }

        try
        {
            return keep(reply, table.Current(key));
        }
#pragma warning disable CA1031 // The caller's code, on the reader loop: it must not end the connection for everybody.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Nothing is kept, and the next reader asks.
            return TrackedItem.DoNotKeep<TValue>();
        }
    }

    // It waits on a connection of its own, or is refused.
    private async ValueTask<RespValue> ExecuteApartAsync(RedisCommand command, CancellationToken cancellationToken)
    {
        using var mark = new WriteMark<TKey, TValue>(table, key);
        return await client.ExecuteAsync(command, cancellationToken);
    }
}
