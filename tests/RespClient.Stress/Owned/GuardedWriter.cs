using System.Buffers;

using RespClient.Stress.Callers;

namespace RespClient.Stress.Owned;

/// <summary>A writer that tells when somebody uses it after its wait has ended.</summary>
/// <param name="touched">Told what was written.</param>
internal sealed class GuardedWriter(Action<string> touched) : IBufferWriter<byte>
{
    private readonly ArrayBufferWriter<byte> _inner = new();
    private volatile bool _isClosed;

    public ReadOnlySpan<byte> Written => _inner.WrittenSpan;

    /// <summary>From now on nobody may write.</summary>
    public void Close() => _isClosed = true;

    public void Advance(int count)
    {
        if (_isClosed)
        {
            touched(ReplyText.Of(_inner.GetSpan(count)[..count]));
        }

        _inner.Advance(count);
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => _inner.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => _inner.GetSpan(sizeHint);
}
