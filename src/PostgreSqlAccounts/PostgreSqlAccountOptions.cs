namespace PostgreSqlAccounts;

/// <summary>
/// Where accounts are kept. Checked at start; in configuration under <c>Accounts:PostgreSql</c>.
/// </summary>
public sealed class PostgreSqlAccountOptions
{
    /// <summary>
    /// How PostgreSQL is reached, in Npgsql's format: <c>Host=…;Database=…;Username=…;Password=…</c>. Required. Details
    /// of errors, which would carry people's names and addresses, stay off even if it asks for them.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// The longest that connecting, and then each command, may take. Default 5 s; 1 s to 5 min, in whole seconds.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether an application checks at start that PostgreSQL answers and has the tables, and gives up if not. Default
    /// <see langword="true"/>; without it, what needs an account fails until both are so.
    /// </summary>
    public bool CheckAtStart { get; set; } = true;
}
