namespace PostgreSqlAccounts.Moving;

/// <summary>Why an account could not be taken over.</summary>
public enum AccountMoveObstacle
{
    /// <summary>Another account in PostgreSQL has its name.</summary>
    NameTaken,

    /// <summary>Another account in PostgreSQL has its address.</summary>
    EmailTaken,

    /// <summary>Another account in PostgreSQL has confirmed its phone number.</summary>
    PhoneTaken,

    /// <summary>It is in both, and was changed in both since it was copied.</summary>
    ChangedInBoth,

    /// <summary>Its record in Redis is not one of an account, or holds text that PostgreSQL cannot hold.</summary>
    Unreadable,

    /// <summary>It was changed in Redis again and again while it was copied.</summary>
    KeepsChanging,
}
