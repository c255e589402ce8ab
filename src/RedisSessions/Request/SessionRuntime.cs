using RedisSessions.Cookies;
using RedisSessions.Diagnostics;
using RedisSessions.Records;
using RedisSessions.Redis;

namespace RedisSessions.Request;

/// <summary>What the requests of an application share.</summary>
internal sealed class SessionRuntime : IAsyncDisposable, IDisposable
{
    public required RedisSessionOptions Options { get; init; }

    public required SessionKeys Keys { get; init; }

    public required IRecordStore Records { get; init; }

    public required RedisClock Clock { get; init; }

    public required SessionCarrier Carrier { get; init; }

    public required SessionCommitter Committer { get; init; }

    public required SessionMetrics Metrics { get; init; }

    public required SessionLog Log { get; init; }

    /// <summary>The near cache among <see cref="Records"/>, ended with the application; <see langword="null"/>: none.</summary>
    public IAsyncDisposable? Near { get; init; }

    /// <summary>Finds sessions by user or page by page; <see langword="null"/> where they do not live in Redis.</summary>
    public required SessionSearch? Search { get; init; }

    public ValueTask DisposeAsync() => Near?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>For a container that is disposed synchronously: the near cache only stops a timer.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();

    /// <exception cref="NotSupportedException">Sessions do not live in Redis.</exception>
    public SessionSearch RequireSearch() => Search ?? throw new NotSupportedException(
        "Sessions can be listed only where they live in Redis: call services.AddRespClient(...).");
}
