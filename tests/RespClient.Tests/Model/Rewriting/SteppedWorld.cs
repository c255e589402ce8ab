using System.Reflection;
using System.Runtime.Loader;

using Mono.Cecil;

using RespClient.Tests.Model.Stepping;

namespace RespClient.Tests.Model.Rewriting;

/// <summary>
/// The rewritten client, and these tests once more, bound to it: what a scenario calls in there is the client with steps.
/// </summary>
internal sealed class SteppedWorld : AssemblyLoadContext, IDisposable
{
    private readonly Assembly _client;
    private readonly Assembly _tests;

    /// <param name="fault">Breaks the client first; null: it is as it is.</param>
    public SteppedWorld(Action<ModuleDefinition>? fault = null)
        : base(nameof(SteppedWorld), isCollectible: true)
    {
        _client = LoadFromStream(new MemoryStream(SteppedAssembly.Rewrite(typeof(RedisClient).Assembly.Location, fault)));
        _tests = LoadFromAssemblyPath(typeof(SteppedWorld).Assembly.Location);
    }

    /// <summary>Explores a scenario of this assembly in there.</summary>
    public Exploration Explore(Type scenario, Bounds bounds)
    {
        var run = _tests.GetType(typeof(SteppedWorld).FullName!)!.GetMethod(nameof(Run), BindingFlags.NonPublic | BindingFlags.Static)!
            .CreateDelegate<Func<string, int, int, (int, bool, string?)>>();
        var (schedules, isComplete, failure) = run(scenario.FullName!, bounds.Preemptions, bounds.Schedules);
        return new Exploration(schedules, isComplete, failure);
    }

    public void Dispose() => Unload();

    protected override Assembly? Load(AssemblyName assemblyName) =>
        assemblyName.Name == typeof(RedisClient).Assembly.GetName().Name ? _client
        : assemblyName.Name == typeof(SteppedWorld).Assembly.GetName().Name ? _tests
        : null;

    /// <summary>Runs in there; what it takes and returns are types of both worlds.</summary>
    private static (int Schedules, bool IsComplete, string? Failure) Run(string scenario, int preemptions, int schedules)
    {
        using var explorer = new Explorer(new Bounds(preemptions, schedules));
        var type = typeof(SteppedWorld).Assembly.GetType(scenario)!;
        var exploration = explorer.Explore(() => (Scenario)Activator.CreateInstance(type)!);
        return (exploration.Schedules, exploration.IsComplete, exploration.Failure);
    }
}
