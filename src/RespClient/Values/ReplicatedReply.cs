using RespClient.Protocol;

namespace RespClient.Replication;

/// <summary>What became of a write that waited for replicas.</summary>
/// <param name="Reply">The reply to the write; never an error.</param>
/// <param name="Replicas">
/// How many replicas have told the server within the time that they have received the write. They may be fewer than were
/// asked for: the write still stands.
/// </param>
public readonly record struct ReplicatedReply(RespValue Reply, int Replicas);
