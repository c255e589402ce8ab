using System.Collections.Concurrent;

using RespClient.Clocks;
using RespClient.Protocol;

namespace RespClient.Queue;

/// <summary>
/// Calls that ended otherwise than by their reply: time-outs, cancellations, lost connections. Their callers go on on the
/// thread pool; where that does not come to them within a tick of the clock, on a thread of their own. So a time-out is
/// noticed in time even where every thread of the pool is blocked, by callers that wait for just that, for example.
/// </summary>
internal sealed class EndedCalls : IThreadPoolWorkItem, ITicking
{
    // A caller that blocks the thread it goes on on, until just this client is disposed of, would wait for itself.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<PendingCommand> _ended = new();

    // The threads that let callers go on now, and which of its callers each is with.
    private readonly ConcurrentDictionary<Server, bool> _servers = new();

    // 1 from the first call that is queued until the pool has begun with it.
    private int _isScheduled;

    // 1 while the clock watches.
    private int _isWatched;

    // The clock's: how many had been taken at its last tick.
    private long _takenBefore = -1;
    private long _taken;

    public static EndedCalls Shared { get; } = new();

    /// <summary>Lets the caller go on soon, on another thread.</summary>
    public void Add(PendingCommand command)
    {
        _ended.Enqueue(command);
        Schedule();
        if (Volatile.Read(ref _isWatched) == 0 && Interlocked.Exchange(ref _isWatched, 1) == 0)
        {
            ClockThread.Shared.Add(this);
        }
    }

    /// <summary>
    /// Completes when every call that was added before has ended, or its caller has held up the thread it goes on on for
    /// a second.
    /// </summary>
    public async Task SettledAsync()
    {
        var mark = new Mark();
        Add(mark);
        await mark.Reached;

        // What was taken from the queue before the mark may still be in the hands of another thread.
        var started = TimeProvider.System.GetTimestamp();
        foreach (var (server, caller) in _servers.Keys.Select(server => (server, server.Caller)).ToArray())
        {
            while (server.Caller == caller && TimeProvider.System.GetElapsedTime(started) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1));
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        Volatile.Write(ref _isScheduled, 0);
        LetGoOn();
    }

    void ITicking.Tick()
    {
        if (_ended.IsEmpty)
        {
            _takenBefore = -1;
            ClockThread.Shared.Remove(this);
            Volatile.Write(ref _isWatched, 0);

            // One that was added meanwhile saw the watch that has just ended.
            if (!_ended.IsEmpty && Interlocked.Exchange(ref _isWatched, 1) == 0)
            {
                ClockThread.Shared.Add(this);
            }

            return;
        }

        var taken = Interlocked.Read(ref _taken);
        if (taken == _takenBefore)
        {
            // Nothing has moved since the last tick: the pool is starved, or a caller blocks the thread that serves the others.
            new Thread(static calls => ((EndedCalls)calls!).LetGoOn()) { IsBackground = true, Name = "Redis callers" }.UnsafeStart(this);
        }

        _takenBefore = taken;
    }

    private void LetGoOn()
    {
        var server = new Server();
        _servers[server] = true;
        while (_ended.TryDequeue(out var command))
        {
            Interlocked.Increment(ref _taken);
            if (!_ended.IsEmpty)
            {
                // Another thread of the pool may take the next, should this caller be slow.
                Schedule();
            }

            command.AnnounceGuarded();
            server.Caller++;
        }

        _servers.TryRemove(server, out _);
        server.Caller++;
    }

    private void Schedule()
    {
        if (Volatile.Read(ref _isScheduled) == 0 && Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private sealed class Server
    {
        private int _caller;

        /// <summary>Which of its callers it is with, by number. Its own thread writes, others look.</summary>
        public int Caller
        {
            get => Volatile.Read(ref _caller);
            set => Volatile.Write(ref _caller, value);
        }
    }

    /// <summary>Stands in the queue behind what was there before.</summary>
    private sealed class Mark : PendingCommand
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task;

        public override void Announce() => _reached.SetResult();

        public override bool OnReply(in RespValue reply) => false;

        protected override void SetError(Exception reason)
        {
        }

        protected override void Recycle()
        {
        }
    }
}
