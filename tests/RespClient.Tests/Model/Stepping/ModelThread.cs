namespace RespClient.Tests.Model.Stepping;

/// <summary>A thread of a scenario. One runs at a time: the one that was given the turn.</summary>
internal sealed class ModelThread(int index, string name, bool isService, Action prepare, Action body)
{
    private readonly int[] _known = new int[Execution.MaxThreads];
    private Worker? _worker;

    public int Index => index;

    public string Name => name;

    /// <summary>It serves the others and never ends: an execution is over when it waits and they have ended.</summary>
    public bool IsService => isService;

    /// <summary>Forgets what the thread of the machine has kept from the execution before.</summary>
    public Action Prepare => prepare;

    public Action Body => body;

    public bool HasEnded { get; set; }

    /// <summary>What it waits for; null: nothing.</summary>
    public Func<bool>? Condition { get; set; }

    public bool CanGoOn => !HasEnded && (Condition is null || Condition());

    /// <summary>What it has done so far, and what of the others' work it has seen.</summary>
    public ulong History { get; set; } = (ulong)index;

    /// <summary>Whose addresses it has taken and not yet accessed.</summary>
    public Stack<(object Target, string Name)> Addresses { get; } = new();

    /// <summary>The locks it holds, the last one taken on top.</summary>
    public Stack<ModelLock> Locks { get; } = new();

    /// <summary>Says who runs it, from its first turn on.</summary>
    public void Begin(Worker worker, Action work)
    {
        _worker = worker;
        worker.Work = work;
    }

    public void GiveTurn() => _worker!.Turn.Release();

    public void AwaitTurn() => _worker!.Turn.Wait();

    public int Tick() => ++_known[index];

    public bool Knows(int thread, int time) => _known[thread] >= time;

    public void LearnFrom(int[] released)
    {
        for (var thread = 0; thread < released.Length; thread++)
        {
            _known[thread] = Math.Max(_known[thread], released[thread]);
        }
    }

    public void TellTo(int[] released)
    {
        for (var thread = 0; thread < released.Length; thread++)
        {
            released[thread] = Math.Max(released[thread], _known[thread]);
        }
    }
}

/// <summary>Stands for a lock while model threads run.</summary>
internal sealed class ModelLock
{
    public Location Location { get; } = new();

    public ModelThread? Owner { get; set; }

    public int Depth { get; set; }
}
