using RespClient.Protocol;

namespace RespClient.Wire;

/// <summary>
/// Sees what passes on the wire of a pipeline. Every method is called on the reader loop of the current connection, in
/// the order of the wire and never concurrently, and must neither block nor throw.
/// </summary>
internal abstract class WireObserver
{
    /// <summary>
    /// A connection is ready; no command of a caller was sent on it yet. Commands started here are queued like others.
    /// </summary>
    /// <param name="epoch">Grows with every connection.</param>
    /// <param name="protocol">2 or 3.</param>
    public virtual void OnConnected(long epoch, int protocol)
    {
    }

    /// <summary>The connection is gone. Called before the commands in flight on it fail.</summary>
    public virtual void OnDisconnected(long epoch)
    {
    }

    /// <summary>A push, between the replies where the server put it.</summary>
    public virtual void OnPush(in RespValue push)
    {
    }
}
