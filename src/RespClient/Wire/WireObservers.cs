using RespClient.Protocol;

namespace RespClient.Wire;

/// <summary>
/// The observers of a pipeline. One that joins while a connection serves is admitted by its reader loop, so that it too
/// is called by no other thread.
/// </summary>
internal sealed class WireObservers
{
    private readonly Lock _lock = new();
    private WireObserver[] _admitted = [];
    private WireObserver[] _waiting = [];

    public void Add(WireObserver observer)
    {
        lock (_lock)
        {
            Volatile.Write(ref _waiting, [.. _waiting, observer]);
        }
    }

    /// <summary>It may still be called by what the reader loop is in the middle of.</summary>
    public void Remove(WireObserver observer)
    {
        lock (_lock)
        {
            Volatile.Write(ref _waiting, [.. _waiting.Where(other => other != observer)]);
            Volatile.Write(ref _admitted, [.. _admitted.Where(other => other != observer)]);
        }
    }

    /// <summary>Tells all observers about a new connection.</summary>
    public void Connected(long epoch, int protocol)
    {
        foreach (var observer in Volatile.Read(ref _admitted))
        {
            observer.OnConnected(epoch, protocol);
        }

        Admit(epoch, protocol);
    }

    /// <summary>Tells those who joined since about the connection. Costs a field access when there are none.</summary>
    public void Admit(long epoch, int protocol)
    {
        if (Volatile.Read(ref _waiting).Length == 0)
        {
            return;
        }

        WireObserver[] joining;
        lock (_lock)
        {
            joining = _waiting;
            Volatile.Write(ref _admitted, [.. _admitted, .. joining]);
            Volatile.Write(ref _waiting, []);
        }

        foreach (var observer in joining)
        {
            observer.OnConnected(epoch, protocol);
        }
    }

    public void Disconnected(long epoch)
    {
        foreach (var observer in Volatile.Read(ref _admitted))
        {
            observer.OnDisconnected(epoch);
        }
    }

    public void Push(in RespValue push)
    {
        foreach (var observer in Volatile.Read(ref _admitted))
        {
            observer.OnPush(push);
        }
    }
}
