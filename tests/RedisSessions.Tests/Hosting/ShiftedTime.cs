namespace RedisSessions.Tests.Hosting;

/// <summary>The system's clock, put forward by hand.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    private long _shiftTicks;

    public void Advance(TimeSpan time) => Interlocked.Add(ref _shiftTicks, time.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _shiftTicks));
}
