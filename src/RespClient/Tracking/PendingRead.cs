using RespClient.Protocol;
using RespClient.Queue;

namespace RespClient.Tracking;

/// <summary>A read of one key that is under way, and all callers that wait for it.</summary>
internal sealed class PendingRead<TKey, TValue>(TrackedTable<TKey, TValue> table, TKey key, long startedAt, bool isPoisoned) : IReplyObserver
    where TKey : notnull
    where TValue : class
{
    private readonly TaskCompletionSource<TValue?> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TKey Key => key;

    /// <summary>In the units of <see cref="TimeProvider.GetTimestamp"/>; not later than the read was sent.</summary>
    public long StartedAt => startedAt;

    /// <summary>Its answer may be stale when it comes: callers get it, and it is not kept. Under the gate.</summary>
    public bool IsPoisoned { get; set; } = isPoisoned;

    /// <summary>What was read, when the cache is to keep it after the loop; only where rule 2 is broken.</summary>
    public TrackedItem<TValue> Late { get; set; }

    public Task<TValue?> Result => _result.Task;

    public void OnReply(in RespValue reply)
    {
        if (reply.IsError)
        {
            // The task of the command throws it.
            return;
        }

        try
        {
            var item = table.Records.Parse(key, reply);
            table.OnRead(this, item);
            _result.TrySetResult(item.Value);
        }
#pragma warning disable CA1031 // A parser is the caller's code: what it throws goes to those who asked for the record.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _result.TrySetException(e);
        }
    }

    public void OnLost()
    {
        // The task of the command throws why.
    }

    public void Fail(Exception reason)
    {
        if (_result.TrySetException(reason))
        {
            // All callers may have given up: the exception counts as observed.
            _ = _result.Task.Exception;
        }
    }
}
