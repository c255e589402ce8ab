using System.Collections.Concurrent;
using System.Globalization;

using Microsoft.AspNetCore.Http;

using RedisSessions.Cookies;
using RedisSessions.Records;
using RedisSessions.Tests.Hosting;

using TestServers;

namespace RedisSessions.Tests.Coherence;

/// <summary>
/// Workers that read, write, renew, move, end and abandon a few sessions through several instances, and one who does the
/// same with redis-cli; all at random, from one seed. What each was told is kept for the judge.
/// </summary>
internal sealed class RandomTraffic(Instance[] instances, RedisServer server, int seed, double maxStaleness)
{
    private const int Slots = 12;
    private const int WorkersOfAnInstance = 4;
    private const int MostAbandoned = 24;
    private const int ExpiredAtLeast = 10;

    // Counts the version as the library does, so that its place among the others is known.
    private const string Script =
        "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end redis.call('HSET', KEYS[1], 'v', ARGV[1]) return redis.call('HINCRBY', KEYS[1], '@version', 1)";

    private static readonly SessionLifetime Short = SessionLifetime.Remembered(TimeSpan.FromSeconds(1));

    private readonly Known[] _slots = new Known[Slots];
    private readonly ConcurrentQueue<Known> _abandoned = new();
    private readonly ConcurrentBag<Known> _all = [];
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private long _order;
    private string _awaited = "";
    private int _left;
    private int _expired;

    /// <summary>How often each operation ran.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    /// <summary>The cookies of sessions that were ended.</summary>
    public IEnumerable<string> Ended => _all.Where(session => session.IsEnded).Select(session => session.Cookie);

    /// <summary>Runs so many operations, and goes on until some sessions have expired and <paramref name="awaited"/> has happened.</summary>
    public async Task RunAsync(int operations, string awaited = "begin")
    {
        _left = operations;
        _awaited = awaited;
        for (var slot = 0; slot < Slots; slot++)
        {
            _slots[slot] = await BeginAsync(instances[slot % instances.Length]);
        }

        var workers = instances.SelectMany(instance => Enumerable.Repeat(instance, WorkersOfAnInstance))
            .Select((instance, i) => Task.Run(() => WorkAsync(instance, new Random(seed + i))));
        await Task.WhenAll([.. workers, Task.Run(() => WorkByHandAsync(new Random(seed - 1)))]);
    }

    /// <summary>What must not have happened.</summary>
    public IEnumerable<string> Faults() => _all.SelectMany(session => session.History.Faults());

    private async Task WorkAsync(Instance instance, Random random)
    {
        while (GoesOn)
        {
            Interlocked.Decrement(ref _left);
            var slot = random.Next(Slots);
            var session = _slots[slot];
            switch (random.Next(1000))
            {
                case < 640: await VisitAsync("read", instance, session, null); break;
                case < 700: await VisitAbandonedAsync(instance, random); break;
                case < 940: await WriteAsync(instance, session); break;
                case < 975: await VisitAsync("renew", instance, session, s => s.Refresh()); break;
                case < 983: await EndAsync(instance, session, slot); break;
                case < 991: await MoveAsync(instance, session, slot); break;
                default: await AbandonAsync(instance, session, slot); break;
            }

            if (random.Next(16) == 0)
            {
                await Task.Yield(); // hits never wait: the others must get their turn
            }
        }
    }

    private async Task WorkByHandAsync(Random random)
    {
        await using var cli = new RedisCli(server);
        while (GoesOn)
        {
            var slot = random.Next(Slots);
            var session = _slots[slot];
            var started = Start(-1, 0);
            if (random.Next(40) == 0)
            {
                var fresh = await BeginAsync(instances[random.Next(instances.Length)]);
                started = Start(-1, 0);
                await cli.AskAsync($"DEL {session.Key}");
                Note("end by hand", session, started, Deed.End, SessionHistory.None, null);
                session.IsEnded = true;
                Replace(slot, session, fresh);
                continue;
            }

            var stamp = NewStamp();
            var version = long.Parse(await cli.AskAsync($"EVAL \"{Script}\" 1 {session.Key} {stamp}"), CultureInfo.InvariantCulture);
            if (version > 0)
            {
                Note("write by hand", session, started, Deed.Write, version, stamp);
            }
        }
    }

    private async Task<Known> BeginAsync(Instance instance)
    {
        while (true)
        {
            var (stamp, started) = (NewStamp(), Start(instance.Number, instance.Heard));
            var visit = await instance.VisitAsync(null, Acts(s => ((ISession)s).SetString("v", stamp)));
            if (visit is { Left: { } left, Cookie: { } cookie })
            {
                var session = new Known(cookie, new SessionHistory(maxStaleness));
                _all.Add(session);
                Note("begin", session, started, Deed.Write, left.Version, stamp, left);
                return session;
            }

            await Task.Delay(5); // no Redis just now
        }
    }

    private Task<Visit> WriteAsync(Instance instance, Known session)
    {
        var stamp = NewStamp();
        return VisitAsync("write", instance, session, s => ((ISession)s).SetString("v", stamp), stamp);
    }

    // Whoever ends a session has put another in its place first: there is always one to work on.
    private async Task EndAsync(Instance instance, Known session, int slot)
    {
        Replace(slot, session, await BeginAsync(instance));
        var started = Start(instance.Number, instance.Heard);
        var visit = await instance.VisitAsync(session.Cookie, Acts(s => s.Destroy()));
        // Destroying what is not there any more says nothing.
        if (visit.Found is not null || visit.Status != 200)
        {
            Note("end", session, started, visit.Status == 200 ? Deed.End : Deed.Unknown, SessionHistory.None, null);
            session.IsEnded |= visit.Status == 200;
            instance.HasHeard(visit.Status == 200 ? started.Began : 0);
        }
    }

    private async Task MoveAsync(Instance instance, Known session, int slot)
    {
        var started = Start(instance.Number, instance.Heard);
        var visit = await instance.VisitAsync(session.Cookie, s => s.RenewIdAsync().AsTask());
        if (visit.Status != 200)
        {
            Note("move", session, started, Deed.Unknown, SessionHistory.None, null);
        }
        else if (visit is { Found: not null, Left: { } left, Cookie: { } cookie })
        {
            Note("move", session, started, Deed.End, SessionHistory.None, null);
            session.IsEnded = true;
            var moved = new Known(cookie, new SessionHistory(maxStaleness));
            _all.Add(moved);
            // What others wrote meanwhile has moved too, unseen by whoever moved it.
            Note("move", moved, started, Deed.Write, left.Version, left.IsWhole ? StampOf(left) : null, left);
            instance.HasHeard(started.Began);
            Replace(slot, session, moved);
        }
    }

    // From here on it lives for a second after the last visit.
    private async Task AbandonAsync(Instance instance, Known session, int slot)
    {
        if (_abandoned.Count < MostAbandoned)
        {
            Replace(slot, session, await BeginAsync(instance));
            await VisitAsync("abandon", instance, session, s => s.Lifetime = Short);
            _abandoned.Enqueue(session);
        }
    }

    // Around the time of its end, mostly after it; one that a visit has renewed has its end later.
    private async Task VisitAbandonedAsync(Instance instance, Random random)
    {
        if (!_abandoned.TryDequeue(out var session))
        {
            return;
        }

        if (session.LookAt > Now)
        {
            _abandoned.Enqueue(session);
            return;
        }

        var visit = await VisitAsync("visit abandoned", instance, session, null);
        if (visit.Found is { } found)
        {
            session.LookAt = Milliseconds((visit.Left ?? found).ExpiresAt) + random.Next(-20, 120);
            _abandoned.Enqueue(session);
        }
        else if (visit.Status == 200)
        {
            Interlocked.Increment(ref _expired);
        }
    }

    private async Task<Visit> VisitAsync(
        string name, Instance instance, Known session, Action<RedisSession>? act, string? stamp = null)
    {
        var started = Start(instance.Number, instance.Heard);
        var visit = await instance.VisitAsync(session.Cookie, act is null ? null : Acts(act));
        if (visit.Status != 200)
        {
            if (act is not null)
            {
                Note(name + " in vain", session, started, Deed.Unknown, 0, null);
            }

            return visit;
        }

        Note(name, session, started, Deed.Read, visit.Found?.Version ?? SessionHistory.None, StampOf(visit.Found), visit.Found);
        if (visit.Left is { } left && visit.Found is { } found && left.Version != found.Version)
        {
            Note("commit", session, started, Deed.Write, left.Version, stamp, left);
            instance.HasHeard(started.Began);
        }
        else if (visit.Found is not null && visit.Left is null)
        {
            // The commit has met the end.
            Note("dropped", session, started, Deed.Read, SessionHistory.None, null);
            instance.HasHeard(started.Began);
        }

        return visit;
    }

    private bool GoesOn =>
        Volatile.Read(ref _left) > 0 || Volatile.Read(ref _expired) < ExpiredAtLeast || !_counts.ContainsKey(_awaited);

    private static Func<RedisSession, Task> Acts(Action<RedisSession> act) => session =>
    {
        // A session that has ended meanwhile must not be begun anew: nothing is done to it.
        if (session.State.Record is not null || session.State.Carried == CarriedId.None)
        {
            act(session);
        }

        return Task.CompletedTask;
    };

    private void Replace(int slot, Known old, Known fresh) => Interlocked.CompareExchange(ref _slots[slot], fresh, old);

    private (int Instance, long Began, long Heard, double At) Start(int instance, long heard) =>
        (instance, Interlocked.Increment(ref _order), heard, Now);

    private void Note(
        string name, Known session, (int Instance, long Began, long Heard, double At) started, Deed deed, long version, string? stamp, SessionRecord? record = null)
    {
        var ended = Interlocked.Increment(ref _order);
        session.History.Add(new Operation(
            started.Instance, deed, started.Began, ended, started.Heard, started.At, Now, version, stamp,
            // Who committed after others knows the lifetime as it was before them.
            record is not { IsWhole: true } ? 0 : Milliseconds(record.ExpiresAt)));
        _counts.AddOrUpdate(name, 1, static (_, count) => count + 1);
    }

    private string NewStamp() => Interlocked.Increment(ref _order).ToString(CultureInfo.InvariantCulture);

    private static string? StampOf(SessionRecord? record) =>
        record?.Values.Get("v") is { } value ? System.Text.Encoding.UTF8.GetString(value.Span) : null;

    private static double Now => Milliseconds(TimeProvider.System.GetUtcNow());

    private static double Milliseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalMilliseconds;

    /// <summary>A session that the workers know.</summary>
    private sealed class Known(string cookie, SessionHistory history)
    {
        public string Cookie { get; } = cookie;

        public string Key { get; } = SessionRedis.KeyOf(cookie);

        public SessionHistory History { get; } = history;

        public bool IsEnded { get; set; }

        public double LookAt { get; set; }
    }
}
