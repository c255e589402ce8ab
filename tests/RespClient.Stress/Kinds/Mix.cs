namespace RespClient.Stress.Kinds;

/// <summary>Which calls a phase makes, and how often.</summary>
internal sealed class Mix
{
    private readonly CallKind[] _kinds;

    private Mix(params (int Weight, CallKind Kind)[] kinds) => _kinds = [.. kinds.SelectMany(one => Enumerable.Repeat(one.Kind, one.Weight))];

    /// <summary>What is called instead of a kind that has enough callers.</summary>
    public static CallKind Filler { get; } = new EchoKind();

    /// <summary>Nothing but what comes back as it was sent.</summary>
    public static Mix Echoes { get; } = new((1, Filler));

    /// <summary>Every command.</summary>
    public static Mix Commands { get; } = new([.. SharedKinds(), .. OtherKinds()]);

    /// <summary>Everything: subscriptions as well.</summary>
    public static Mix All { get; } = new([.. SharedKinds(), .. OtherKinds(), (1, new SubscribeKind())]);

    public CallKind Pick(Random random) => _kinds[random.Next(_kinds.Length)];

    private static IEnumerable<(int Weight, CallKind Kind)> SharedKinds() =>
    [
        (14, Filler), (10, new SetKind()), (12, new GetKind()), (3, new MissingKind()), (5, new IncrementKind()),
        (1, new LargeSetKind()), (1, new LargeGetKind()), (1, new ExcessKind()), (8, new BufferKind()), (4, new WriterKind()),
        (4, new ManyKind()), (5, new HashKind()), (6, new TransactionKind()),
        (4, new ScriptKind()), (3, new NestedKind()), (2, new ErrorKind()), (4, new PublishKind()),
        (6, new TrackedReadKind()), (2, new TrackedWriteKind()), (1, new MarkedWriteKind()),
    ];

    private static IEnumerable<(int Weight, CallKind Kind)> OtherKinds() =>
        [(3, new BlockingPopKind()), (1, new AbandonedPopKind()), (5, new PushKind()), (2, new WatchKind()), (1, new OwnConnectionKind())];
}
