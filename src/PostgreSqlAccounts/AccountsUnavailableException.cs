namespace PostgreSqlAccounts;

/// <summary>
/// Accounts cannot be read or written at the moment. A change that was under way may or may not have been made;
/// no change is tried again by itself.
/// </summary>
/// <remarks>Its text holds no data of a user.</remarks>
public sealed class AccountsUnavailableException : Exception
{
    /// <summary>Makes one without a reason.</summary>
    public AccountsUnavailableException()
        : this("Accounts are not available.")
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What is wrong, for the operator.</param>
    public AccountsUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one.</summary>
    /// <param name="message">What is wrong, for the operator.</param>
    /// <param name="innerException">What the driver said.</param>
    public AccountsUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// Whether it lasts until the operator changes rights or tables: PostgreSQL answers, and refuses. Otherwise it may
    /// pass.
    /// </summary>
    public bool IsLasting { get; init; }
}
