using RespClient.Protocol;

namespace RespClient.Transactions;

/// <summary>How a transaction ended.</summary>
/// <param name="Committed">False: a watched key has changed, and nothing of the transaction ran.</param>
/// <param name="Replies">
/// The replies in the order of the commands; empty if not committed. One may be an error (<see cref="RespValue.IsError"/>):
/// Redis still runs the others.
/// </param>
public sealed record TransactionResult(bool Committed, IReadOnlyList<RespValue> Replies);
