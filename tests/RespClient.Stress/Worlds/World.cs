using System.Collections.Concurrent;

using RespClient.Stress.Callers;
using RespClient.Stress.Cancels;
using RespClient.Stress.Kinds;
using RespClient.Stress.Owned;
using RespClient.Stress.Phases;
using RespClient.Stress.Results;
using RespClient.Tracking;

namespace RespClient.Stress.Worlds;

/// <summary>What the callers of a phase share: the client under test, and all that is on the server.</summary>
internal sealed class World : IAsyncDisposable
{
    private const int WatchedCounters = 4;
    private static readonly TimeSpan OpenBound = TimeSpan.FromSeconds(20);

    private readonly Scene _scene;
    private readonly ConcurrentDictionary<string, int[]> _inside = new();
    private readonly ConcurrentBag<OwnList> _lists = [];
    private volatile bool _goesOn = true;
    private volatile bool _isDisposed;

    private World(Scene scene, Fixtures fixtures, RedisClient client, RedisClientOptions options, string prefix)
    {
        _scene = scene;
        CommandTimeout = options.CommandTimeout == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : options.CommandTimeout;
        Fixtures = fixtures;
        Client = client;
        Prefix = prefix;
        Tracked = new TrackedRecords(prefix);
        Cache = new TrackedCache<int, TrackedRecord>(client, Tracked, new TrackedCacheOptions { ProbeKey = $"{prefix}probe" });
        Watched = [.. Enumerable.Range(0, WatchedCounters).Select(index => new WatchedCounter($"{prefix}watched.{index}"))];
        Channels = new Channels(this);
    }

    public Phase Phase => _scene.Phase;

    /// <summary>What the names of all keys begin with.</summary>
    public string Prefix { get; }

    public RedisClient Client { get; }

    public Fixtures Fixtures { get; }

    /// <summary>How long calls wait that say nothing about it.</summary>
    public TimeSpan CommandTimeout { get; }

    public TrackedRecords Tracked { get; }

    public TrackedCache<int, TrackedRecord> Cache { get; }

    public IReadOnlyList<WatchedCounter> Watched { get; }

    public Channels Channels { get; }

    /// <summary>The lists whose owners wait for an element.</summary>
    public ConcurrentQueue<OwnList> Wanted { get; } = new();

    public CancelThread CancelThread { get; } = new();

    public Wave Wave { get; } = new();

    /// <summary>Whether callers go on calling.</summary>
    public bool GoesOn => _goesOn && !_scene.Stage.Judge.Stopped.IsCancellationRequested;

    /// <summary>Whether the client is about to be disposed of, or is.</summary>
    public bool IsDisposed => _isDisposed;

    /// <summary>Connects a client and listens to its channels.</summary>
    public static async Task<World> OpenAsync(Scene scene, Fixtures fixtures, RedisClientOptions options, string prefix)
    {
        var client = await RedisClient.ConnectAsync(options);
        var world = new World(scene, fixtures, client, options, prefix);
        if (!await Patience.HoldsAsync(() => new ValueTask<bool>(client.IsConnected), OpenBound))
        {
            world.Fail("connection", $"one within {OpenBound.TotalSeconds} s", "none");
        }

        await world.Channels.ListenAsync();
        return world;
    }

    /// <summary>Callers end after the calls that are under way.</summary>
    public void Stop() => _goesOn = false;

    /// <summary>From now on the client may refuse calls because it is disposed of.</summary>
    public void NoteDisposal() => _isDisposed = true;

    /// <summary>Whether one more caller may be in this kind of call; then <see cref="Leave"/> must follow.</summary>
    public bool TryEnter(CallKind kind)
    {
        if (kind.Limit == int.MaxValue)
        {
            return true;
        }

        ref var inside = ref Inside(kind);
        if (Interlocked.Increment(ref inside) <= kind.Limit)
        {
            return true;
        }

        Interlocked.Decrement(ref inside);
        return false;
    }

    public void Leave(CallKind kind, Outcome outcome)
    {
        Count(kind.Name, outcome);
        if (kind.Limit != int.MaxValue)
        {
            Interlocked.Decrement(ref Inside(kind));
        }
    }

    public void Count(string kind, Outcome outcome) => _scene.Kinds.GetOrAdd(kind, static _ => new Counts()).Add(outcome);

    public void Fail(string kind, string expected, string got) => _scene.Stage.Judge.Fail(Phase.Name, kind, expected, got);

    public OwnList NewList(string prefix)
    {
        var list = new OwnList(prefix);
        _lists.Add(list);
        return list;
    }

    /// <summary>When nobody calls any more: accounts for what was pushed and what was counted.</summary>
    public async Task CheckAsync()
    {
        await CheckAllAsync("BLPOP", _lists, async list =>
            list.Check([.. (await _scene.Stage.Control.ExecuteAsync(new RedisCommand("LRANGE", list.Name, 0, -1))).Items.ToArray().Select(item => item.AsString()!)]));
        await CheckAllAsync("WATCH", Watched, async counter =>
            counter.Check(ReplyText.Of(await _scene.Stage.Control.ExecuteAsync(new RedisCommand("GET", counter.Name)))));
    }

    /// <summary>Everything but the client, which its owner disposes of first.</summary>
    public async ValueTask DisposeAsync()
    {
        CancelThread.Dispose();
        await Cache.DisposeAsync();
    }

    private ref int Inside(CallKind kind) => ref _inside.GetOrAdd(kind.Name, static _ => new int[1])[0];

    private async Task CheckAllAsync<T>(string kind, IEnumerable<T> all, Func<T, Task> check)
    {
        try
        {
            await Task.WhenAll(all.Select(check));
        }
        catch (ForeignReplyException e)
        {
            Count(kind, Outcome.Foreign);
            Fail(kind, e.Expected, e.Got);
        }
    }
}
