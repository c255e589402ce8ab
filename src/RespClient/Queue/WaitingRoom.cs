namespace RespClient.Queue;

/// <summary>
/// Commands that found no room among the unsent bytes of a live connection: back-pressure. They keep their order and
/// are not written out; their callers wait, each for as long as it said. Guarded by the pipeline's lock.
/// </summary>
internal sealed class WaitingRoom
{
    private readonly Queue<(PendingCommand Command, RedisCommand[] Parts)> _queue = new();

    public int Count => _queue.Count;

    public void Add(PendingCommand command, ReadOnlySpan<RedisCommand> parts) => _queue.Enqueue((command, parts.ToArray()));

    /// <summary>The first whose caller still waits.</summary>
    public bool TryPeek(out PendingCommand command, out RedisCommand[] parts)
    {
        while (_queue.TryPeek(out var first))
        {
            (command, parts) = first;
            if (!command.IsResolved)
            {
                return true;
            }

            _queue.Dequeue();
            command.LeaveUnanswered();
        }

        command = null!;
        parts = [];
        return false;
    }

    public void Dequeue() => _queue.Dequeue();

    /// <summary>Claims those whose time is over; their places go when it is their turn.</summary>
    public void ClaimDue(long now, ref List<(PendingCommand Command, bool WasSent)>? due)
    {
        foreach (var (command, _) in _queue)
        {
            var glance = command.Glance;
            if (command.Deadline <= now && command.TryClaim(glance))
            {
                (due ??= []).Add((command, false));
            }
        }
    }

    public void MoveTo(List<PendingCommand> commands)
    {
        commands.AddRange(_queue.Select(entry => entry.Command));
        _queue.Clear();
    }
}
