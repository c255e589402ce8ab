namespace RespClient.Tests.Model.Stepping;

/// <summary>
/// A place in memory during one execution: who has touched it, and what the order of those accesses was. Two accesses of
/// different threads, one of them a write, are in conflict; where nothing else orders them, what happens depends on the
/// scheduler.
/// </summary>
internal sealed class Location
{
    private readonly int[] _readAt = new int[Execution.MaxThreads];
    private readonly bool[] _readInSync = new bool[Execution.MaxThreads];
    private readonly int[] _released = new int[Execution.MaxThreads];
    private int _writer = -1;
    private int _writtenAt;
    private bool _writtenInSync;
    private ulong _writes;
    private ulong _reads;

    /// <summary>Notes an access, and tells which earlier ones it is in conflict with that nothing but the scheduler orders.</summary>
    /// <param name="thread">Whose it is.</param>
    /// <param name="access">What it does.</param>
    /// <param name="conflict">Gets the other thread, and whether that wrote.</param>
    public void Note(ModelThread thread, Access access, Action<int, bool> conflict)
    {
        var isSync = access is not (Access.Read or Access.Write);
        if (access is Access.Acquire or Access.Both)
        {
            thread.LearnFrom(_released);
        }

        if (_writer >= 0 && _writer != thread.Index && ((isSync && _writtenInSync) || !thread.Knows(_writer, _writtenAt)))
        {
            conflict(_writer, true);
        }

        for (var other = 0; access.IsWrite() && other < _readAt.Length; other++)
        {
            if (other != thread.Index && _readAt[other] > 0 && ((isSync && _readInSync[other]) || !thread.Knows(other, _readAt[other])))
            {
                conflict(other, false);
            }
        }

        var now = thread.Tick();
        if (access.IsWrite())
        {
            (_writer, _writtenAt, _writtenInSync) = (thread.Index, now, isSync);
        }
        else
        {
            (_readAt[thread.Index], _readInSync[thread.Index]) = (now, isSync);
        }

        if (access is Access.Release or Access.Both)
        {
            thread.TellTo(_released);
        }
    }

    /// <summary>A lock is free again: whoever takes it next knows what was done under it.</summary>
    public void Release(ModelThread thread) => thread.TellTo(_released);

    /// <summary>
    /// The history of a thread after an access: equal for two executions that differ only in the order of accesses which are
    /// in no conflict.
    /// </summary>
    public ulong Extend(ulong history, Access access)
    {
        var read = Mix(history + 1, _writes);
        if (!access.IsWrite())
        {
            _reads += read;
            return read;
        }

        _writes = Mix(read, _reads);
        _reads = 0;
        return _writes;
    }

    public static ulong Mix(ulong one, ulong other)
    {
        var mixed = (one ^ (other * 0x9E3779B97F4A7C15)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 29)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 32);
    }
}
