using System.Runtime.CompilerServices;

namespace RespClient.Tests.Model.Stepping;

/// <summary>
/// One run of a scenario. Each thread goes on until it comes to a step where another could make a difference; there it
/// decides who goes on, first as the schedule says, and beyond its end as usual: whoever runs goes on.
/// </summary>
/// <param name="explorer">Knows where it makes a difference, and takes note of what else could have been chosen.</param>
/// <param name="schedule">Who goes on at the first choices, by the thread's number.</param>
/// <param name="trace">Gets a line for each step; null: nobody reads them.</param>
internal sealed class Execution(Explorer explorer, byte[] schedule, List<string>? trace)
{
    public const int MaxThreads = 8;

    private const int MaxSteps = 20_000;

    private readonly Dictionary<(object?, string), Location> _locations = new(LocationComparer.Instance);
    private readonly Dictionary<Lock, ModelLock> _locks = [];
    private readonly List<ModelThread> _threads = [];
    private readonly List<byte> _choices = [.. schedule];
    private readonly SemaphoreSlim _over = new(0);
    private ModelPool? _pool;
    private int _choice;
    private int _preemptions;
    private int _steps;
    private bool _isExploring;
    private volatile bool _isUnwinding;

    /// <summary>What is wrong; the first finding counts.</summary>
    public string? Failure { get; private set; }

    /// <summary>Where the client queues what other threads are to do.</summary>
    public ModelPool Pool => _pool ??= new ModelPool(this);

    /// <summary>What tokens call.</summary>
    public Dictionary<CancellationTokenRegistration, Steps.Callback> Callbacks { get; } = [];

    /// <summary>Runs it, and returns what went wrong, or null.</summary>
    public string? Run(Scenario scenario)
    {
        Steps.Execution = this;
        var outside = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(GoesOnHere.Instance);
        scenario.Build(Add);
        Go();

        // The services wait for work now. What the scenario begins with is done outside the model, in one order.
        scenario.Begin();
        _locations.Clear();
        _locks.Clear();
        _isExploring = true;
        scenario.Start(Add);
        Go();
        if (Failure is null)
        {
            Failure = scenario.Verify();
        }

        Unwind();
        SynchronizationContext.SetSynchronizationContext(outside);
        Steps.Execution = null;
        return Failure;
    }

    public void Fail(string reason) => Failure ??= reason;

    /// <summary>An access to memory is next.</summary>
    public void Step(ModelThread thread, object? target, string name, Access access)
    {
        if (_isUnwinding || !_isExploring)
        {
            return;
        }

        if (explorer.IsContended(name, thread.Index, access))
        {
            Pause(thread, null);
        }

        Note(thread, LocationOf(target, name), name, access);
    }

    /// <summary>Waits until something holds that other threads bring about. False: nobody will, the execution is over.</summary>
    public bool Wait(ModelThread thread, object? target, string name, Func<bool> condition)
    {
        if (!_isUnwinding && (_isExploring || !condition()))
        {
            Pause(thread, condition);
        }

        if (!_isUnwinding)
        {
            Note(thread, LocationOf(target, name), name, Access.Both);
        }

        return !_isUnwinding;
    }

    public void Enter(ModelThread thread, Lock gate, string name)
    {
        if (_isUnwinding)
        {
            return;
        }

        if (!_locks.TryGetValue(gate, out var model))
        {
            _locks[gate] = model = new ModelLock();
        }

        if (model.Owner != thread)
        {
            Take(thread, model, name);
        }

        model.Owner = thread;
        model.Depth++;
        thread.Locks.Push(model);
    }

    public void Exit(ModelThread thread)
    {
        if (_isUnwinding || !thread.Locks.TryPop(out var model))
        {
            return;
        }

        if (--model.Depth == 0)
        {
            model.Owner = null;
            model.Location.Release(thread);
        }
    }

    private void Take(ModelThread thread, ModelLock model, string name)
    {
        if (model.Owner is not null || (_isExploring && explorer.IsContended(name, thread.Index, Access.Both)))
        {
            Pause(thread, () => model.Owner is null);
        }

        Note(thread, model.Location, name, Access.Both);
    }

    private void Note(ModelThread thread, Location location, string name, Access access)
    {
        if (!_isExploring)
        {
            return;
        }

        trace?.Add($"   {thread.Name}: {access} {name}");
        thread.History = location.Extend(thread.History, access);
        location.Note(thread, access, (other, hasWritten) =>
        {
            explorer.NoteContended(name, thread.Index, access.IsWrite());
            explorer.NoteContended(name, other, hasWritten);
        });
    }

    private Location LocationOf(object? target, string name)
    {
        if (!_locations.TryGetValue((target, name), out var location))
        {
            _locations[(target, name)] = location = new Location();
        }

        return location;
    }

    private void Add(ModelThread thread)
    {
        _threads.Add(thread);
        thread.Begin(explorer.Worker(thread.Index), () => RunThread(thread));
    }

    private void RunThread(ModelThread thread)
    {
        Steps.Thread = thread;
        SynchronizationContext.SetSynchronizationContext(GoesOnHere.Instance);
        thread.History = Location.Mix(thread.History, 0);
        try
        {
            if (!_isUnwinding)
            {
                thread.Prepare();
                thread.Body();
            }
        }
#pragma warning disable CA1031 // Whatever it is, it is what the scenario has found.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail($"{thread.Name} threw {e}");
        }

        Steps.Thread = null;
        thread.HasEnded = true;
        if (_isUnwinding)
        {
            _over.Release();
        }
        else
        {
            PassOn(Choose(null));
        }
    }

    /// <summary>Gives the first turn and waits until nobody can go on.</summary>
    private void Go()
    {
        var first = Choose(null);
        if (first is not null)
        {
            first.GiveTurn();
            _over.Wait();
        }

        var stuck = _threads.Where(thread => thread is { IsService: false, HasEnded: false }).Select(thread => thread.Name).ToArray();
        if (stuck.Length > 0)
        {
            Fail($"Stuck for ever: {string.Join(", ", stuck)}.");
        }
    }

    private void PassOn(ModelThread? next)
    {
        if (next is null)
        {
            _over.Release();
        }
        else
        {
            next.GiveTurn();
        }
    }

    private void Pause(ModelThread thread, Func<bool>? condition)
    {
        if (++_steps > MaxSteps)
        {
            Fail("It does not come to an end.");
        }

        thread.Condition = condition;
        var next = Choose(thread);
        if (next != thread)
        {
            PassOn(next);
            thread.AwaitTurn();
        }

        thread.Condition = null;
    }

    /// <summary>Who goes on; null: nobody can.</summary>
    private ModelThread? Choose(ModelThread? current)
    {
        if (Failure is not null)
        {
            return null;
        }

        var able = _threads.Where(static thread => thread.CanGoOn).ToArray();
        if (able.Length < 2 || !_isExploring)
        {
            return able.FirstOrDefault();
        }

        var usual = able.Contains(current) ? current! : able[0];
        ModelThread chosen;
        if (_choice < schedule.Length)
        {
            chosen = _threads[schedule[_choice]];
        }
        else
        {
            chosen = usual;
            if (trace is null)
            {
                NoteOthers(able, current, usual);
            }

            _choices.Add((byte)chosen.Index);
        }

        _choice++;
        _preemptions += chosen == current || usual != current ? 0 : 1;
        if (trace is not null && chosen != current)
        {
            trace.Add($"-- {chosen.Name}{(usual == current ? $" comes before {current!.Name} goes on" : "")}");
        }

        return chosen;
    }

    /// <summary>Tells the explorer what else could be chosen here.</summary>
    private void NoteOthers(ModelThread[] able, ModelThread? current, ModelThread usual)
    {
        var state = _threads.Aggregate(0UL, static (state, thread) => Location.Mix(state, thread.History + (thread.HasEnded ? 1UL : 0)));
        foreach (var thread in able)
        {
            var preemptions = _preemptions + (thread == current || usual != current ? 0 : 1);
            if (!explorer.IsNew(state, thread.Index, preemptions))
            {
                // From here on everything was tried from an execution that differs in nothing: this one only goes to its end.
                _isExploring &= thread != usual;
            }
            else if (thread != usual)
            {
                explorer.Add([.. _choices, (byte)thread.Index], preemptions);
            }
        }
    }

    private void Unwind()
    {
        _isUnwinding = true;
        foreach (var thread in _threads.Where(static thread => !thread.HasEnded))
        {
            thread.GiveTurn();
            _over.Wait();
        }
    }

    /// <summary>Whoever awaits something goes on where it completes, and never on the machine's thread pool.</summary>
    private sealed class GoesOnHere : SynchronizationContext
    {
        public static readonly GoesOnHere Instance = new();

        public override void Post(SendOrPostCallback d, object? state) => d(state);
    }

    /// <summary>Names of places are literals: one object each.</summary>
    private sealed class LocationComparer : IEqualityComparer<(object?, string)>
    {
        public static readonly LocationComparer Instance = new();

        public bool Equals((object?, string) x, (object?, string) y) => ReferenceEquals(x.Item1, y.Item1) && ReferenceEquals(x.Item2, y.Item2);

        public int GetHashCode((object?, string) location) =>
            (RuntimeHelpers.GetHashCode(location.Item1) * 31) ^ RuntimeHelpers.GetHashCode(location.Item2);
    }
}
