using RespClient.Protocol;

namespace RespClient.Tracking;

/// <summary>Sees the reply of one command on the reader loop, before whoever waits for it.</summary>
internal interface IReplyHook
{
    /// <summary>
    /// The reply, which may be an error. Called on the reader loop, in the order of the wire, before the task of the
    /// command completes, also when its caller no longer waits. Never called when no reply came.
    /// </summary>
    /// <param name="epoch">The number of the connection the reply came over.</param>
    /// <param name="reply">The reply.</param>
    void OnReply(long epoch, in RespValue reply);
}
