using System.IO.Pipelines;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace RedisSessions.Commits;

/// <summary>
/// Stands before the response's body once the session was modified, and commits it before the first byte passes. Put in
/// place only then, so that requests which read pay nothing for it.
/// </summary>
/// <remarks>
/// Not <c>OnStarting</c>: a callback that throws there ends in a bare 500, and one that sets the status to 503 is
/// followed by the handler's body and headers.
/// </remarks>
internal sealed class CommittingResponseBody : IHttpResponseBodyFeature
{
    private readonly SessionState _session;
    private readonly CommittingWriter _writer;
    private CommittingStream? _stream;

    public CommittingResponseBody(IHttpResponseBodyFeature inner, SessionState session)
    {
        Inner = inner;
        _session = session;
        _writer = new CommittingWriter(this);
    }

    /// <summary>The body that was there before.</summary>
    public IHttpResponseBodyFeature Inner { get; }

    public Stream Stream => _stream ??= new CommittingStream(this);

    public PipeWriter Writer => _writer;

    /// <summary>Whether nothing may pass yet.</summary>
    public bool IsClosed => _session.BlocksResponse;

    public void DisableBuffering() => Inner.DisableBuffering();

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await OpenAsync();
        await Inner.StartAsync(cancellationToken);
    }

    public async Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default)
    {
        await OpenAsync();
        await Inner.SendFileAsync(path, offset, count, cancellationToken);
    }

    public async Task CompleteAsync()
    {
        await OpenAsync();
        await Inner.CompleteAsync();
    }

    /// <summary>Commits, then lets pass what the handler has put into the writer so far.</summary>
    /// <exception cref="SessionUnavailableException">The commit failed: nothing may pass, now or later.</exception>
    public ValueTask OpenAsync()
    {
        if (!IsClosed)
        {
            _writer.Release();
            return ValueTask.CompletedTask;
        }

        return CommitAsync();
    }

    private async ValueTask CommitAsync()
    {
        await _session.CommitBeforeResponseAsync();
        _writer.Release();
    }
}
