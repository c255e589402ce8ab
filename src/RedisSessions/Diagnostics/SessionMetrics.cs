using System.Diagnostics;
using System.Diagnostics.Metrics;

using RedisSessions.Records;

namespace RedisSessions.Diagnostics;

/// <summary>The meter <c>RedisSessions</c>.</summary>
internal sealed class SessionMetrics
{
    private readonly Counter<long> _created;
    private readonly Counter<long> _loaded;
    private readonly Counter<long> _committed;
    private readonly Counter<long> _conflicts;
    private readonly Counter<long> _gone;
    private readonly Counter<long> _renewed;
    private readonly Counter<long> _destroyed;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _foreignReplies;
    private readonly Counter<long> _failures;
    private readonly Histogram<double> _loadDuration;
    private readonly Histogram<double> _commitDuration;

    public SessionMetrics(IMeterFactory factory)
    {
        var meter = factory.Create("RedisSessions");
        _created = meter.CreateCounter<long>("redissessions.created", "{session}", "Records made.");
        _loaded = meter.CreateCounter<long>(
            "redissessions.loaded", "{session}", "Sessions looked up, by where they were found: near, redis, missing.");
        _committed = meter.CreateCounter<long>("redissessions.committed", "{commit}", "Commits that wrote.");
        _conflicts = meter.CreateCounter<long>("redissessions.conflicts", "{conflict}", "Exact updates that had to run again.");
        _gone = meter.CreateCounter<long>("redissessions.gone", "{commit}", "Commits that found their session ended.");
        _renewed = meter.CreateCounter<long>("redissessions.renewed", "{session}", "Cookies and TTLs set together.");
        _destroyed = meter.CreateCounter<long>("redissessions.destroyed", "{session}", "Sessions ended by a request or a person.");
        _rejected = meter.CreateCounter<long>("redissessions.rejected_ids", "{id}", "Ids refused for their form.");
        _foreignReplies = meter.CreateCounter<long>(
            "redissessions.foreign_replies", "{reply}", "Replies that belonged to another session or command, by what they said: foreign, missing, broken.");
        _failures = meter.CreateCounter<long>("redissessions.failures", "{failure}", "Loads, commits and ends that failed, by operation.");
        _loadDuration = meter.CreateHistogram<double>("redissessions.load.duration", "s", "Time to load a session.");
        _commitDuration = meter.CreateHistogram<double>("redissessions.commit.duration", "s", "Time to commit a session.");
    }

    public void Created() => _created.Add(1);

    public void LoadedNear() => _loaded.Add(1, new KeyValuePair<string, object?>("from", "near"));

    /// <summary>A session was looked up behind the near cache.</summary>
    public void Loaded(bool isThere) => _loaded.Add(1, new KeyValuePair<string, object?>("from", isThere ? "redis" : "missing"));

    public void Committed() => _committed.Add(1);

    public void Conflict() => _conflicts.Add(1);

    public void Gone() => _gone.Add(1);

    public void Renewed() => _renewed.Add(1);

    public void Destroyed(long count = 1) => _destroyed.Add(count);

    public void Rejected() => _rejected.Add(1);

    public void ForeignReply(RecordReadingKind said) => _foreignReplies.Add(1, new KeyValuePair<string, object?>("said", said switch
    {
        RecordReadingKind.Foreign => "foreign",
        RecordReadingKind.Missing => "missing",
        _ => "broken",
    }));

    public void Failed(string operation) => _failures.Add(1, new KeyValuePair<string, object?>("operation", operation));

    /// <summary>Whether the duration of loads is measured.</summary>
    public bool TimesLoads => _loadDuration.Enabled;

    /// <summary>A time stamp, or 0 where nobody listens.</summary>
    public long LoadStarted() => TimesLoads ? Stopwatch.GetTimestamp() : 0;

    public void LoadEnded(long started) => Record(_loadDuration, started);

    public long CommitStarted() => _commitDuration.Enabled ? Stopwatch.GetTimestamp() : 0;

    public void CommitEnded(long started) => Record(_commitDuration, started);

    private static void Record(Histogram<double> histogram, long started)
    {
        if (started != 0)
        {
            histogram.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
    }
}
