using System.Collections.Concurrent;

namespace RedisSessions.Tests.Hosting;

/// <summary>Holds a request inside its handler until the test lets it go on.</summary>
internal sealed class Gates
{
    private readonly ConcurrentDictionary<string, (TaskCompletionSource Reached, TaskCompletionSource Opened)> _gates = new();

    /// <summary>In the handler: says that it is here, and waits.</summary>
    public Task PassAsync(string name)
    {
        var (reached, opened) = Gate(name);
        reached.TrySetResult();
        return opened.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    /// <summary>In the test: waits until the handler is here.</summary>
    public Task ReachedAsync(string name) => Gate(name).Reached.Task.WaitAsync(TimeSpan.FromSeconds(20));

    public void Open(string name) => Gate(name).Opened.TrySetResult();

    private (TaskCompletionSource Reached, TaskCompletionSource Opened) Gate(string name) =>
        _gates.GetOrAdd(name, _ => (New(), New()));

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
