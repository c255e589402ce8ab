namespace RespClient.Tests.Model.Stepping;

/// <summary>What an exploration has come to.</summary>
/// <param name="Schedules">How many executions there were.</param>
/// <param name="Failure">What went wrong in the last one, its schedule and its steps; null: nothing in any.</param>
internal readonly record struct Exploration(int Schedules, string? Failure);

/// <summary>
/// Runs a scenario in every order of its steps in which a thread that could go on is held up no more than so many times;
/// first without any such preemption, then with one, and so on. Orders that differ only in steps which are in no conflict
/// are run once.
/// </summary>
/// <param name="maxPreemptions">How many.</param>
internal sealed class Explorer(int maxPreemptions) : IDisposable
{
    private readonly HashSet<string> _contended = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ulong, int> _seen = [];
    private readonly Stack<byte[]>[] _waiting = [.. Enumerable.Range(0, maxPreemptions + 1).Select(static _ => new Stack<byte[]>())];
    private readonly List<Worker> _workers = [];
    private bool _hasLearned;

    public Exploration Explore(Func<Scenario> scenario)
    {
        var schedules = 0;
        Start();
        while (Next() is { } schedule)
        {
            schedules++;
            var failure = new Execution(this, schedule, null).Run(scenario());
            if (failure is not null)
            {
                return new Exploration(schedules, Describe(scenario, schedule, failure));
            }

            if (_hasLearned)
            {
                // What was run so far passed over the steps of a place that matters.
                Start();
            }
        }

        return new Exploration(schedules, null);
    }

    /// <summary>Whether the order of accesses to a place makes a difference, as far as is known.</summary>
    public bool IsContended(string name) => _contended.Contains(name);

    public void NoteContended(string name) => _hasLearned |= _contended.Add(name);

    /// <summary>Whether nobody has gone on with this thread from this state with as many preemptions left.</summary>
    public bool IsNew(ulong state, int thread, int preemptions)
    {
        var key = Location.Mix(state, (ulong)thread + 1);
        if (preemptions > maxPreemptions || (_seen.TryGetValue(key, out var before) && before <= preemptions))
        {
            return false;
        }

        _seen[key] = preemptions;
        return true;
    }

    public void Add(byte[] schedule, int preemptions) => _waiting[preemptions].Push(schedule);

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

        _waiting[0].Push([]);
    }

    private byte[]? Next() => _waiting.FirstOrDefault(static schedules => schedules.Count > 0)?.Pop();

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
