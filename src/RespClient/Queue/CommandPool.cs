using System.Collections.Concurrent;

namespace RespClient.Queue;

/// <summary>
/// Commands to use again: a few on each thread, which is where they are given back and asked for next, and a shared
/// reserve for threads that only do the one or the other.
/// </summary>
internal static class CommandPool<T>
    where T : PendingCommand
{
    private const int MaxOnThread = 128;
    private const int MaxShared = 4096;

    private static readonly ConcurrentQueue<T> Shared = new();
    private static int _sharedCount;

    [ThreadStatic]
    private static T[]? _onThread;

    [ThreadStatic]
    private static int _count;

    public static T? Rent()
    {
        if (_count > 0)
        {
            return _onThread![--_count];
        }

        if (Shared.TryDequeue(out var command))
        {
            Interlocked.Decrement(ref _sharedCount);
        }

        return command;
    }

    public static void Return(T command)
    {
        var onThread = _onThread ??= new T[MaxOnThread];
        if (_count < MaxOnThread)
        {
            onThread[_count++] = command;
        }
        else if (Volatile.Read(ref _sharedCount) < MaxShared)
        {
            Interlocked.Increment(ref _sharedCount);
            Shared.Enqueue(command);
        }
    }
}
