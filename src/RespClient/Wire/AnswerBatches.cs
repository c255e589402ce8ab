using RespClient.Clocks;

namespace RespClient.Wire;

/// <summary>
/// The batches of one loop: those that wait for the thread pool, and those to be used again. One that the pool does not
/// begin with gets a thread of its own: the pool may be blocked by callers that wait for just these replies.
/// </summary>
internal sealed class AnswerBatches(TimeProvider time)
{
    /// <summary>How long work may wait for the pool. One that is only busy comes to it sooner.</summary>
    public static readonly TimeSpan Patience = 3 * DeadlineSweep.Grain;

    // Guards the two collections.
    private readonly Lock _lock = new();
    private readonly List<AnswerBatch> _queued = [];
    private readonly Stack<AnswerBatch> _spares = new();
    private long _lastNumber;

    // The clock's: the oldest that waits, by its number, and since when it has seen it.
    private long _seenOldest;
    private long _seenAt;

    /// <summary>One to be used again, if there is any.</summary>
    public AnswerBatch? Rent()
    {
        lock (_lock)
        {
            return _spares.TryPop(out var spare) ? spare : null;
        }
    }

    /// <summary>Takes back a batch whose callers have all gone on, and that no thread will look at again.</summary>
    public void GiveBack(AnswerBatch batch)
    {
        batch.Clear();
        lock (_lock)
        {
            _spares.Push(batch);
        }
    }

    /// <summary>The batch is about to be queued on the thread pool.</summary>
    public void Queued(AnswerBatch batch)
    {
        lock (_lock)
        {
            batch.Number = ++_lastNumber;
            _queued.Add(batch);
        }
    }

    /// <summary>A thread has begun with the batch.</summary>
    public void Begun(AnswerBatch batch)
    {
        lock (_lock)
        {
            _queued.Remove(batch);
        }
    }

    /// <summary>A tick of the clock: whether batches wait for the pool, so that it must go on.</summary>
    public bool Tick(long now)
    {
        long oldest;
        lock (_lock)
        {
            oldest = _queued.Count > 0 ? _queued[0].Number : 0;
        }

        if (oldest != _seenOldest)
        {
            _seenOldest = oldest;
            _seenAt = now;
        }
        else if (oldest != 0 && time.GetElapsedTime(_seenAt, now) >= Patience)
        {
            _seenAt = now;
            new Thread(static batches => ((AnswerBatches)batches!).RunQueued()) { IsBackground = true, Name = "Redis callers" }.UnsafeStart(this);
        }

        return oldest != 0;
    }

    private void RunQueued()
    {
        while (TakeOldest() is { } batch)
        {
            batch.Execute();
        }
    }

    private AnswerBatch? TakeOldest()
    {
        lock (_lock)
        {
            if (_queued.Count == 0)
            {
                return null;
            }

            var batch = _queued[0];
            _queued.RemoveAt(0);

            // Before it can be begun with elsewhere: the pool still comes to it, and must not give it back to be used again.
            batch.Retire();
            return batch;
        }
    }
}
