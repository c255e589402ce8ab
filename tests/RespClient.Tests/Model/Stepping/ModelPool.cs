namespace RespClient.Tests.Model.Stepping;

/// <summary>Stands for the thread pool: one of the model's services does what is queued.</summary>
internal sealed class ModelPool(Execution execution)
{
    private const string Queue = "thread pool";

    private readonly Queue<Action> _items = new();

    public void Add(Action item)
    {
        if (Steps.Thread is { } thread)
        {
            execution.Step(thread, this, Queue, Access.Both);
        }

        _items.Enqueue(item);
    }

    /// <summary>Does what is queued now; outside the model.</summary>
    public void DoAll()
    {
        while (_items.TryDequeue(out var item))
        {
            item();
        }
    }

    /// <summary>Does whatever is queued until the execution is over. The body of a service.</summary>
    public void Serve()
    {
        while (execution.Wait(Steps.Thread!, this, Queue, () => _items.Count > 0))
        {
            _items.Dequeue()();
        }
    }
}
