using RespClient.Protocol;

namespace RespClient.Tracking;

/// <summary>
/// Is told what a connection lives through. Every method is called on the reader loop of the connection, in the order
/// of the wire, and must be quick: no waiting, no exception.
/// </summary>
internal interface IConnectionObserver
{
    /// <summary>
    /// The handshake is done and no caller's command has been written yet. Commands the observer starts here go first.
    /// </summary>
    /// <param name="epoch">The number of this connection; higher than that of every connection before it.</param>
    /// <param name="protocol">2 or 3.</param>
    void OnConnected(long epoch, int protocol);

    /// <summary>A push arrived that is no message of publish/subscribe.</summary>
    void OnPush(long epoch, in RespValue push);

    /// <summary>
    /// Replies were dispatched. Called at least once for each batch of replies taken from the socket.
    /// </summary>
    /// <param name="epoch">The number of this connection.</param>
    /// <param name="sentAt">
    /// A time stamp of the client's <see cref="TimeProvider"/> taken not later than when the newest command answered so
    /// far was written.
    /// </param>
    void OnAnswered(long epoch, long sentAt);

    /// <summary>The connection is over. Called before any command fails because of it.</summary>
    void OnDisconnected(long epoch);
}
