namespace ForeignReplies.Tests.Shifted.Proxy;

/// <summary>Which replies are shifted, and how: all choices come from one seed. Counts what was done.</summary>
internal sealed class ShiftPlan(int seed)
{
    private static readonly ShiftKind[] Kinds = Enum.GetValues<ShiftKind>();

    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private readonly int[] _done = new int[Kinds.Length];
    private int _oneIn;
    private long _replies;

    /// <summary>How many replies went through, shifted or not, without those of handshakes.</summary>
    public long Replies => Volatile.Read(ref _replies);

    /// <summary>How many replies were shifted.</summary>
    public int Shifts
    {
        get
        {
            lock (_lock)
            {
                return _done.Sum();
            }
        }
    }

    /// <summary>How often the rarest kind was done.</summary>
    public int Fewest
    {
        get
        {
            lock (_lock)
            {
                return _done.Min();
            }
        }
    }

    /// <summary>From now on one reply in so many is shifted, at random.</summary>
    public void Begin(int oneIn) => Volatile.Write(ref _oneIn, oneIn);

    /// <summary>From now on replies are left alone.</summary>
    public void End() => Volatile.Write(ref _oneIn, 0);

    /// <summary>What to do to the next reply; null: nothing.</summary>
    public ShiftKind? Next()
    {
        Interlocked.Increment(ref _replies);
        var oneIn = Volatile.Read(ref _oneIn);
        if (oneIn == 0)
        {
            return null;
        }

        lock (_lock)
        {
            return _random.Next(oneIn) == 0 ? Kinds[_random.Next(Kinds.Length)] : null;
        }
    }

    /// <summary>One of two, at random.</summary>
    public bool Either()
    {
        lock (_lock)
        {
            return _random.Next(2) == 0;
        }
    }

    /// <summary>It was done.</summary>
    public void Done(ShiftKind kind)
    {
        lock (_lock)
        {
            _done[(int)kind]++;
        }
    }

    public override string ToString()
    {
        lock (_lock)
        {
            return string.Join(", ", Kinds.Select(kind => $"{_done[(int)kind]} × {kind}")) + $" of {Replies} replies";
        }
    }
}
