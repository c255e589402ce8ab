namespace RespClient.Diagnostics;

/// <summary>A counter that many cores count up at once without slowing each other down.</summary>
internal sealed class StripedCounter
{
    // A cache line apart, so that cores do not fight for it.
    private const int Stride = 16;
    private const int MaxStripes = 64;

    private readonly int _mask = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, MaxStripes)) - 1;
    private readonly long[] _stripes;

    public StripedCounter() => _stripes = new long[(_mask + 2) * Stride];

    public void Increment() => Interlocked.Increment(ref _stripes[((Thread.GetCurrentProcessorId() & _mask) + 1) * Stride]);

    public long Sum()
    {
        var sum = 0L;
        for (var index = Stride; index < _stripes.Length; index += Stride)
        {
            sum += Volatile.Read(ref _stripes[index]);
        }

        return sum;
    }
}
