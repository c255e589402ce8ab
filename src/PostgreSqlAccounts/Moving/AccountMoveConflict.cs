namespace PostgreSqlAccounts.Moving;

/// <summary>An account that stays in Redis, because taking it over would lose something.</summary>
/// <param name="AccountId">Its whole id: the operator who runs the move has to find it.</param>
/// <param name="Reason">Why it stays.</param>
public sealed record AccountMoveConflict(string AccountId, AccountMoveObstacle Reason);
