namespace PostgreSqlAccounts.Moving;

/// <summary>What a move did.</summary>
/// <param name="Moved">How many accounts were taken over.</param>
/// <param name="Finished">
/// How many were in PostgreSQL already, from a move that was cut short, and were only taken out of Redis.
/// </param>
/// <param name="Conflicts">The accounts that stay in Redis.</param>
public sealed record AccountMoveReport(int Moved, int Finished, IReadOnlyList<AccountMoveConflict> Conflicts);
