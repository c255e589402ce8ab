using RespClient.Protocol;

namespace RespClient.Replication;

/// <summary>What became of a write that waited for replicas.</summary>
/// <param name="Reply">The reply to the write; never an error.</param>
/// <param name="Replicas">
/// How many replicas have confirmed the write to the server within the time. They may be fewer than were
/// asked for: the write still stands.
/// </param>
public readonly record struct ReplicatedReply(RespValue Reply, int Replicas);
