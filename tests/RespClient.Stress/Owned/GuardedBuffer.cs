using RespClient.Stress.Callers;

namespace RespClient.Stress.Owned;

/// <summary>A buffer that tells whether somebody wrote to it after it was abandoned.</summary>
internal sealed class GuardedBuffer
{
    private const byte Seals = 0xA5;

    private readonly byte[] _bytes = new byte[4096];

    public Memory<byte> Memory => _bytes;

    public string Text(int length) => ReplyText.Of(_bytes.AsSpan(0, length));

    /// <summary>From now on nobody may write.</summary>
    public void Seal() => _bytes.AsSpan().Fill(Seals);

    /// <summary>What was written since <see cref="Seal"/>; <see langword="null"/>: nothing.</summary>
    public string? FindTouch() =>
        _bytes.AsSpan().ContainsAnyExcept(Seals) ? ReplyText.Of(_bytes.AsSpan().TrimEnd(Seals)) : null;
}
