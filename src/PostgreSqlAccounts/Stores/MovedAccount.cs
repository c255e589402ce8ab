namespace PostgreSqlAccounts.Stores;

/// <summary>
/// An account that is here and perhaps still in Redis: while this row exists, its removal from Redis is not confirmed.
/// The row distinguishes a copy that was changed here from one that was changed there.
/// </summary>
internal sealed class MovedAccount
{
    public required string Id { get; init; }

    /// <summary>The concurrency stamp that the account had in Redis when it was copied.</summary>
    public required string Stamp { get; set; }
}
