namespace RespClient.Tests.Model.Stepping;

/// <summary>What an exploration has come to.</summary>
/// <param name="Schedules">How many executions there were.</param>
/// <param name="IsComplete">Whether there are no others.</param>
/// <param name="Failure">What went wrong in the last one, its schedule and its steps; null: nothing in any.</param>
internal readonly record struct Exploration(int Schedules, bool IsComplete, string? Failure);

/// <summary>How far an exploration goes.</summary>
/// <param name="Preemptions">How often a thread that could go on is held up in an execution.</param>
/// <param name="Schedules">How many executions there are.</param>
internal readonly record struct Bounds(int Preemptions, int Schedules);

/// <summary>
/// Runs a scenario in every order of its steps in which a thread that could go on is held up no more than so many times;
/// first without any such preemption, then with one, and so on, until so many schedules were run. Orders that differ only in
/// steps which are in no conflict are run once.
/// </summary>
/// <param name="bounds">How many of both.</param>
internal sealed class Explorer(Bounds bounds) : IDisposable
{
    private readonly HashSet<(string, int, bool)> _contended = [];
    private readonly Dictionary<ulong, int> _seen = [];
    private readonly List<byte[]>[] _waiting = [.. Enumerable.Range(0, bounds.Preemptions + 1).Select(static _ => new List<byte[]>())];
    private readonly List<Worker> _workers = [];
    private bool _hasLearned;

    public Exploration Explore(Func<Scenario> scenario)
    {
        var schedules = 0;
        Start();
        while (schedules < bounds.Schedules && Next(schedules) is { } schedule)
        {
            schedules++;
            var failure = new Execution(this, schedule, null).Run(scenario());
            if (failure is not null)
            {
                return new Exploration(schedules, IsComplete: false, Describe(scenario, schedule, failure));
            }

            if (_hasLearned)
            {
                // What was run so far passed over the steps of a place that matters.
                Start();
            }
        }

        return new Exploration(schedules, IsComplete: _waiting.All(static schedules => schedules.Count == 0), null);
    }

    /// <summary>Whether it makes a difference what others do before a thread's access to a place, as far as is known.</summary>
    public bool IsContended(string name, int thread, Access access) => _contended.Contains((name, thread, access.IsWrite()));

    /// <summary>Of a thread's accesses to a place, its writes or its reads, one was in conflict with another thread's.</summary>
    public void NoteContended(string name, int thread, bool isWrite) => _hasLearned |= _contended.Add((name, thread, isWrite));

    /// <summary>Whether nobody has gone on with this thread from this state with as many preemptions left.</summary>
    public bool IsNew(ulong state, int thread, int preemptions)
    {
        var key = Location.Mix(state, (ulong)thread + 1);
        if (preemptions > bounds.Preemptions || (_seen.TryGetValue(key, out var before) && before <= preemptions))
        {
            return false;
        }

        _seen[key] = preemptions;
        return true;
    }

    public void Add(byte[] schedule, int preemptions) => _waiting[preemptions].Add(schedule);

    public Worker Worker(int index)
    {
        while (_workers.Count <= index)
        {
            _workers.Add(new Worker($"Model {_workers.Count}"));
        }

        return _workers[index];
    }

    public void Dispose()
    {
        foreach (var worker in _workers)
        {
            worker.Work = null;
            worker.Turn.Release();
        }
    }

    private void Start()
    {
        _hasLearned = false;
        _seen.Clear();
        foreach (var schedules in _waiting)
        {
            schedules.Clear();
        }

        _waiting[0].Add([]);
    }

    /// <summary>One of those with the fewest preemptions, from anywhere among them: where the bounds end it, each part has had its turn.</summary>
    private byte[]? Next(int turn)
    {
        if (_waiting.FirstOrDefault(static schedules => schedules.Count > 0) is not { } schedules)
        {
            return null;
        }

        var index = (int)(Location.Mix((ulong)turn, 0) % (ulong)schedules.Count);
        var next = schedules[index];
        schedules[index] = schedules[^1];
        schedules.RemoveAt(schedules.Count - 1);
        return next;
    }

    private string Describe(Func<Scenario> scenario, byte[] schedule, string failure)
    {
        List<string> steps = [];
        var again = new Execution(this, schedule, steps).Run(scenario());
        return $"""
            {failure}
            Schedule {string.Join("", schedule)}{(again == failure ? "" : $", which did not fail alike when it was run again: {again ?? "nothing was wrong"}")}
            {string.Join(Environment.NewLine, steps)}
            """;
    }
}
