using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;

namespace RedisSessions.Request;

/// <summary>
/// The writer of a <see cref="CommittingResponseBody"/>. What is written before the commit is kept here and not in the
/// server's buffer: from there it could not be taken back when the commit fails.
/// </summary>
internal sealed class CommittingWriter(CommittingResponseBody body) : PipeWriter
{
    private ArrayBufferWriter<byte>? _kept;
    private bool _lentKept;

    public override bool CanGetUnflushedBytes => body.Inner.Writer.CanGetUnflushedBytes;

    public override long UnflushedBytes => body.Inner.Writer.UnflushedBytes + (_kept?.WrittenCount ?? 0);

    /// <summary>Hands what was kept to the server.</summary>
    public void Release()
    {
        if (_kept is { WrittenCount: > 0 } kept)
        {
            _kept = null;
            body.Inner.Writer.Write(kept.WrittenSpan);
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0) =>
        Keeps() ? _kept.GetMemory(sizeHint) : body.Inner.Writer.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) =>
        Keeps() ? _kept.GetSpan(sizeHint) : body.Inner.Writer.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        if (_lentKept)
        {
            _kept!.Advance(bytes);
        }
        else
        {
            body.Inner.Writer.Advance(bytes);
        }
    }

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (body.IsClosed)
        {
            return CommitAndFlushAsync(cancellationToken);
        }

        Release();
        return body.Inner.Writer.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => body.Inner.Writer.CancelPendingFlush();

    /// <summary>What is still kept goes out when the request ends, after the commit.</summary>
    public override void Complete(Exception? exception = null)
    {
        if (!body.IsClosed)
        {
            Release();
            body.Inner.Writer.Complete(exception);
        }
    }

    public override async ValueTask CompleteAsync(Exception? exception = null)
    {
        await body.OpenAsync();
        await body.Inner.Writer.CompleteAsync(exception);
    }

    private async ValueTask<FlushResult> CommitAndFlushAsync(CancellationToken cancellationToken)
    {
        await body.OpenAsync();
        return await body.Inner.Writer.FlushAsync(cancellationToken);
    }

    // Kept bytes first: once some are kept, the next ones are too, until the commit lets them all pass.
    [MemberNotNullWhen(true, nameof(_kept))]
    private bool Keeps()
    {
        _lentKept = body.IsClosed;
        if (_lentKept)
        {
            _kept ??= new ArrayBufferWriter<byte>();
            return true;
        }

        Release();
        return false;
    }
}
