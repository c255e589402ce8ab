namespace RespClient.Wire;

/// <summary>
/// How long callers take when they go on after a reply: decides whether the reader lets them go on itself, which costs
/// no change of thread, or leaves them to the thread pool, which costs the reader nothing.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="processors">How many processors the callers share.</param>
internal sealed class CallerPace(TimeProvider time, int processors)
{
    // Less than handing a caller to another thread costs.
    private static readonly TimeSpan QuickCaller = TimeSpan.FromMicroseconds(4);

    // What replies that come meanwhile can bear: about a change of thread.
    private static readonly TimeSpan QuickBatch = TimeSpan.FromMicroseconds(100);

    // With two processors or one, the other thread seldom has one to itself: what it would run at the same time it runs
    // later, and the change is for nothing. Measured: three times the bounds is 9 % more requests with two.
    private const int FewProcessors = 2;
    private const int PatienceWithFew = 3;

    // After a caller that blocked: doubled each time, and forgotten after a good while.
    private static readonly TimeSpan FirstPenalty = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPenalty = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PenaltyMemory = TimeSpan.FromMinutes(1);

    // A slow batch weighs as much as four quick ones: a reader that lost its processor now and then is no slow caller.
    private const int SlowWeight = 4;
    private const int SlowFrom = 3 * SlowWeight;
    private const int MaxScore = 16 * SlowWeight;

    private readonly long _quickCaller = Ticks(time, QuickCaller) * (processors <= FewProcessors ? PatienceWithFew : 1);
    private readonly long _quickBatch = Ticks(time, QuickBatch) * (processors <= FewProcessors ? PatienceWithFew : 1);
    private int _score;
    private long _distrustedUntil = long.MinValue;
    private TimeSpan _penalty;

    /// <summary>Whether callers are expected to take no longer than handing them over is worth.</summary>
    public bool AreQuick(long now) => Volatile.Read(ref _score) < SlowFrom && now >= Volatile.Read(ref _distrustedUntil);

    /// <summary>Some callers of a batch went on, one after the other.</summary>
    /// <param name="callers">How many.</param>
    /// <param name="inBatch">How many the batch had.</param>
    /// <param name="ticks">How long it took, in the units of <see cref="TimeProvider.GetTimestamp"/>.</param>
    public void Note(int callers, int inBatch, long ticks)
    {
        if (callers == 0)
        {
            return;
        }

        var each = ticks / callers;
        var isSlow = each > _quickCaller && each * inBatch > _quickBatch;

        // Several threads may note at once; what is lost is made up for by the next.
        Volatile.Write(ref _score, isSlow ? Math.Min(_score + SlowWeight, MaxScore) : Math.Max(_score - 1, 0));
    }

    /// <summary>A caller blocked the reader: for a while no caller counts as quick.</summary>
    public void Distrust(long now)
    {
        var isFirst = _penalty == TimeSpan.Zero || time.GetElapsedTime(_distrustedUntil, now) > PenaltyMemory;
        _penalty = isFirst ? FirstPenalty : TimeSpan.FromTicks(Math.Min(_penalty.Ticks * 2, LongestPenalty.Ticks));
        Volatile.Write(ref _distrustedUntil, now + Ticks(time, _penalty));
    }

    private static long Ticks(TimeProvider time, TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
