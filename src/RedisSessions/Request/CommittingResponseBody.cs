using System.IO.Pipelines;
using System.Runtime.CompilerServices;

using Microsoft.AspNetCore.Http.Features;

namespace RedisSessions.Request;

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
    private readonly SessionCommitter _committer;
    private readonly CommittingWriter _writer;
    private CommittingStream? _stream;

    private CommittingResponseBody(IHttpResponseBodyFeature inner, SessionState session, SessionCommitter committer)
    {
        Inner = inner;
        _session = session;
        _committer = committer;
        _writer = new CommittingWriter(this);
    }

    /// <summary>The body that was there before.</summary>
    public IHttpResponseBodyFeature Inner { get; }

    public Stream Stream => _stream ??= new CommittingStream(this);

    public PipeWriter Writer => _writer;

    /// <summary>Whether nothing may pass yet.</summary>
    public bool IsClosed => _session.BlocksResponse;

    public void DisableBuffering() => Inner.DisableBuffering();

    /// <summary>Why the commit failed; nothing passes any more then.</summary>
    public Exception? CommitFailure { get; private set; }

    /// <summary>The response of a request waits for its session from here on.</summary>
    public static CommittingResponseBody PutInPlace(SessionState session, SessionCommitter committer)
    {
        var context = session.Context;
        var body = new CommittingResponseBody(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), session, committer);
        context.Features.Set<IHttpResponseBodyFeature>(body);
        // For bytes that bypass this body, through a body or an upgrade taken earlier. Here a failure is a bare 500.
        context.Response.OnStarting(static state => ((CommittingResponseBody)state).CommitOnStartingAsync(), body);
        return body;
    }

    /// <summary>The commit has failed.</summary>
    public void Fail(Exception reason) => CommitFailure = reason;

    public Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (IsClosed)
        {
            return CommitAndStartAsync(cancellationToken);
        }

        _writer.Release();
        return Inner.StartAsync(cancellationToken);
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

        return CommitAndOpenAsync();
    }

    private async Task CommitAndStartAsync(CancellationToken cancellationToken)
    {
        await _committer.CommitAsync(_session);
        _writer.Release();
        await Inner.StartAsync(cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CommitAndOpenAsync()
    {
        await _committer.CommitAsync(_session);
        _writer.Release();
    }

    private Task CommitOnStartingAsync() =>
        IsClosed && CommitFailure is null ? _committer.CommitAsync(_session).AsTask() : Task.CompletedTask;
}
