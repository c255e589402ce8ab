using RespClient.Queue;

namespace RespClient.Tests.Model.Stepping;

/// <summary>
/// What the rewritten client calls before each access to a field that threads may share, and in place of locks, of the
/// thread pool and of what cancellation waits for. On threads that are none of the model's it does what was there before.
/// </summary>
public static class Steps
{
    private const string Tokens = "CancellationToken";

    [ThreadStatic]
    private static ModelThread? _thread;

    internal static ModelThread? Thread
    {
        get => _thread;
        set => _thread = value;
    }

    /// <summary>The one under way.</summary>
    internal static Execution? Execution { get; set; }

    private static Dictionary<CancellationTokenRegistration, Callback> Callbacks => Execution!.Callbacks;

    /// <summary>A plain read of a field.</summary>
    public static void Read(object target, string name) => Step(target, name, Access.Read);

    /// <summary>A plain write of a field.</summary>
    public static void Write(object target, string name) => Step(target, name, Access.Write);

    /// <summary>A volatile read of a field.</summary>
    public static void Acquire(object target, string name) => Step(target, name, Access.Acquire);

    /// <summary>A volatile write of a field.</summary>
    public static void Release(object target, string name) => Step(target, name, Access.Release);

    /// <summary>An operation on a field that is read and written as one.</summary>
    public static void Both(object target, string name) => Step(target, name, Access.Both);

    /// <summary>A read of what lies in an array, whichever element it is.</summary>
    public static void ReadElement(string name) => Step(null, name, Access.Read);

    /// <summary>A write of what lies in an array, whichever element it is.</summary>
    public static void WriteElement(string name) => Step(null, name, Access.Write);

    /// <summary>The address of a field is taken, for a volatile or interlocked access that follows.</summary>
    public static void Address(object target, string name) => _thread?.Addresses.Push((target, name));

    /// <summary>A volatile read through the address taken last.</summary>
    public static void AcquireThere() => StepThere(Access.Acquire);

    /// <summary>A volatile write through the address taken last.</summary>
    public static void ReleaseThere() => StepThere(Access.Release);

    /// <summary>An interlocked operation through the address taken last.</summary>
    public static void BothThere() => StepThere(Access.Both);

    /// <summary>Takes a lock.</summary>
    public static Lock.Scope Enter(Lock gate, string name)
    {
        if (_thread is { } thread)
        {
            Execution!.Enter(thread, gate, name);
            return default;
        }

        return gate.EnterScope();
    }

    /// <summary>Leaves the lock taken last.</summary>
    public static void Exit(ref Lock.Scope scope)
    {
        if (_thread is { } thread)
        {
            Execution!.Exit(thread);
        }

        scope.Dispose();
    }

    /// <summary>The thread pool gets something to do.</summary>
    public static bool Queue(IThreadPoolWorkItem item, bool preferLocal)
    {
        Execution!.Pool.Add(item.Execute);
        return true;
    }

    /// <summary>A call has ended otherwise than by its reply: its caller goes on, on the thread pool.</summary>
    public static void End(object calls, object command) => Execution!.Pool.Add(((PendingCommand)command).AnnounceGuarded);

    /// <summary>Watches a token.</summary>
#pragma warning disable CA1068 // The token is what the method that it stands for is called on.
    public static CancellationTokenRegistration Register(
        ref CancellationToken token, Action<object?, CancellationToken> callback, object? state)
#pragma warning restore CA1068
    {
        Step(null, Tokens, Access.Both);
        var watched = new Callback();
        var registration = token.UnsafeRegister(
            (argument, cancelled) =>
            {
                watched.Thread = _thread;
                Step(null, Tokens, Access.Both);
                callback(argument, cancelled);
                Step(null, Tokens, Access.Both);
                watched.Thread = null;
            },
            state);
        Callbacks[registration] = watched;
        return registration;
    }

    /// <summary>Watches it no more; waits for the callback, if another thread is in it.</summary>
    public static void Unregister(ref CancellationTokenRegistration registration)
    {
        if (_thread is { } thread
            && Callbacks.TryGetValue(registration, out var watched))
        {
            Step(null, Tokens, Access.Both);
            if (watched.Thread is { } other && other != thread)
            {
                Execution!.Wait(thread, null, Tokens, () => watched.Thread is null);
            }
        }

        registration.Dispose();
    }

    private static void Step(object? target, string name, Access access)
    {
        if (_thread is { } thread)
        {
            Execution!.Step(thread, target, name, access);
        }
    }

    private static void StepThere(Access access)
    {
        if (_thread is { } thread)
        {
            var (target, name) = thread.Addresses.Pop();
            Execution!.Step(thread, target, name, access);
        }
    }

    /// <summary>What a token calls.</summary>
    internal sealed class Callback
    {
        /// <summary>The thread that is in it.</summary>
        public ModelThread? Thread { get; set; }
    }
}
