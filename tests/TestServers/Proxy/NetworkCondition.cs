namespace TestServers.Proxy;

/// <summary>What a proxy does to the bytes that go through it.</summary>
internal sealed record NetworkCondition
{
    public static NetworkCondition Healthy { get; } = new();

    public TimeSpan Delay { get; init; }

    public Direction Delayed { get; init; }

    public Direction Dropped { get; init; }

    public Direction Stalled { get; init; }

    public int PieceSize { get; init; }

    public TimeSpan Pause { get; init; }

    public Direction Trickled { get; init; }

    public long CutAfter { get; init; }

    public Direction CutDirection { get; init; }

    public bool Refused { get; init; }
}
