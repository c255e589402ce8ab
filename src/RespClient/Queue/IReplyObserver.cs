using RespClient.Protocol;

namespace RespClient.Queue;

/// <summary>
/// Follows one command on the reader loop, in the order of the wire, before its caller goes on. Exactly one of the
/// methods is called, even when the caller gave up long before.
/// </summary>
internal interface IReplyObserver
{
    /// <summary>The reply, or the error reply.</summary>
    void OnReply(in RespValue reply);

    /// <summary>No reply will come: never sent, or its connection was lost. May be called on any thread.</summary>
    void OnLost();
}
