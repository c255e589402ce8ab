using RespClient.Stress.Callers;

namespace RespClient.Stress.Owned;

/// <summary>What one caller owns: nobody else writes to these keys, or reads into these buffers.</summary>
/// <param name="prefix">What their names begin with.</param>
internal sealed class Belongings(string prefix)
{
    private const int KeptBuffers = 4;

    private readonly Queue<GuardedBuffer> _left = new();

    public OwnKey Key { get; } = new(prefix);

    public OwnCounter Counter { get; } = new(prefix);

    public OwnList? List { get; set; }

    public string Prefix => prefix;

    /// <summary>A buffer that was abandoned: it is looked at again later.</summary>
    public void Abandon(GuardedBuffer buffer)
    {
        buffer.Seal();
        _left.Enqueue(buffer);
    }

    /// <summary>A buffer to read into: new, or one that was abandoned long ago.</summary>
    /// <exception cref="ForeignReplyException">It was touched meanwhile.</exception>
    public GuardedBuffer TakeBuffer()
    {
        if (_left.Count < KeptBuffers)
        {
            return new GuardedBuffer();
        }

        var buffer = _left.Dequeue();
        return buffer.FindTouch() is { } touched
            ? throw new ForeignReplyException("a buffer that is not touched after its wait has ended", touched)
            : buffer;
    }

    /// <summary>What was written to a buffer that was abandoned; <see langword="null"/>: nothing.</summary>
    public string? FindTouchedBuffer() => _left.Select(buffer => buffer.FindTouch()).FirstOrDefault(touched => touched is not null);
}
