using RespClient.Stress.Callers;

namespace RespClient.Stress.Owned;

/// <summary>A counter that many increment under a watch. Safe for concurrent use.</summary>
/// <param name="name">Its key.</param>
internal sealed class WatchedCounter(string name)
{
    private readonly Lock _lock = new();
    private readonly HashSet<long> _committed = [];
    private long _unsure;

    public string Name => name;

    public string Text(long number) => $"{name}={number}";

    /// <summary>The number behind the one that was read.</summary>
    /// <exception cref="ForeignReplyException">It was another key's.</exception>
    public long After(string read)
    {
        if (read == ReplyText.Null)
        {
            return 1;
        }

        return read.StartsWith($"{name}=", StringComparison.Ordinal) && long.TryParse(read.AsSpan(name.Length + 1), out var number)
            ? number + 1
            : throw new ForeignReplyException($"{name}=…", read);
    }

    /// <exception cref="ForeignReplyException">Somebody else has committed it.</exception>
    public void Committed(long number)
    {
        lock (_lock)
        {
            if (!_committed.Add(number))
            {
                throw new ForeignReplyException($"one commit of {Text(number)}", "two");
            }
        }
    }

    /// <summary>A transaction ended without a reply.</summary>
    public void Failed(bool cannotHaveRun)
    {
        if (!cannotHaveRun)
        {
            lock (_lock)
            {
                _unsure++;
            }
        }
    }

    /// <summary>When nobody counts any more.</summary>
    /// <exception cref="ForeignReplyException">Commits are lost, or there are some that nobody made.</exception>
    public void Check(string read)
    {
        lock (_lock)
        {
            var last = After(read) - 1;
            if (last < _committed.Count || last > _committed.Count + _unsure)
            {
                throw new ForeignReplyException($"{name} at {_committed.Count} or at most {_unsure} more", read);
            }
        }
    }
}
